/* Generated from openapi.json by `npm run generate`: never edited. */
export interface paths {
    "/api/v1/albums": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The household's albums, with counts */
        get: operations["albums"];
        put?: never;
        /** Makes an album, on no photo yet */
        post: operations["make_albums"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/albums/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an album off all photos; the photos stay */
        delete: operations["remove_albums"];
        options?: never;
        head?: never;
        /** Renames an album, or merges it with another; one edit, however many photos have it */
        patch: operations["rename_albums"];
        trace?: never;
    };
    "/api/v1/alike": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Photos that look alike, in groups */
        get: operations["groups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alike/keep": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keeps one of several photos and merges the others into it
         * @description It gets their tags, albums and people and the highest rating; they go to the trash. `POST /undo`
         *     takes all of it back.
         */
        post: operations["keep_best"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The household's devices, this one included */
        get: operations["devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goes on where a majority of the voters is lost for good
         * @description Begins a new epoch with this device as its only voter. Refused where a majority is within reach.
         */
        post: operations["recover"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Removes a device for good
         * @description Its key is refused from that block on; it can come back only as a new device.
         */
        delete: operations["remove_device"];
        options?: never;
        head?: never;
        /** Changes a device's name, its voice, or which originals it keeps */
        patch: operations["change_device"];
        trace?: never;
    };
    "/api/v1/devices/{id}/follow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goes with a device that follows another epoch
         * @description This device gives up its own line of history after what both share; what only that had enters the
         *     other one as edits.
         */
        post: operations["follow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes many photos in one step */
        post: operations["apply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events as they happen
         * @description `block` (a `BlockEvent`), `import` (an `ImportJob` without its ids and with the last 100
         *     rejected files), `export` (an `ExportJob` with the last 100 photos that failed; on this machine
         *     only), `photos` (a `PhotosEvent`), `devices` (a `DevicesEvent`). A client that was too slow gets `photos` with
         *     `ids: null`.
         */
        get: operations["stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All exports since the node started
         * @description Answered on this machine only, as all about exports: they name its folders.
         */
        get: operations["exports"];
        put?: never;
        /**
         * Writes originals into a folder of this machine
         * @description Byte for byte, each under a name of its own; nothing that is there is written over.
         */
        post: operations["start_export"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One export */
        get: operations["export_job"];
        put?: never;
        post?: never;
        /** Stops an export; what was written stays */
        delete: operations["cancel_export"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The household's own fields, with counts */
        get: operations["fields"];
        put?: never;
        /** Defines a field */
        post: operations["define_field"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/fields/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Does away with a field; values that photos have show again with a field of that name */
        delete: operations["remove_field"];
        options?: never;
        head?: never;
        /** Changes what may stand in a field; values that photos have stay */
        patch: operations["change_field"];
        trace?: never;
    };
    "/api/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stores a file
         * @description Answered once the bytes are durable and the record is committed or durably pending.
         */
        post: operations["upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/household": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the household has agreed upon */
        get: operations["settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Agrees upon something else
         * @description In force on all devices once it is in the chain.
         */
        patch: operations["change_settings"];
        trace?: never;
    };
    "/api/v1/household/recovery-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The household's recovery key
         * @description Answered on this machine only: with it and the bucket everything can be read.
         */
        get: operations["show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/household/recovery-key/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Writes the recovery key into a file
         * @description For the app's own window, which knows paths.
         */
        post: operations["save"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All imports since the node started */
        get: operations["list"];
        put?: never;
        /**
         * Imports files and folders of this machine
         * @description Only in-process and over the library's own socket.
         */
        post: operations["start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One import */
        get: operations["get"];
        put?: never;
        post?: never;
        /** Stops an import; what was added stays */
        delete: operations["cancel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The invitations that this device gave, and what became of them */
        get: operations["invitations"];
        put?: never;
        /**
         * Invites one device
         * @description The invitation is good once, for a while, and as long as this device runs.
         */
        post: operations["invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Takes an invitation back with which nobody was let in
         * @description A device that waits to be let in is told no.
         */
        delete: operations["withdraw"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{id}/let-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets in the device that asks with an invitation
         * @description Told the check words that were compared, so that no other device is let in by mistake.
         */
        post: operations["let_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This device's view of the chain */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Blocks, lowest first */
        get: operations["blocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger/blocks/{height}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One block with its edits */
        get: operations["block"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Append an opaque entry
         * @description One call, one edit. Answered once a quorum of the voters has it durably; where none is within
         *     reach, after a second, once this device has it durably as pending (`state`).
         */
        post: operations["append"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prove something about the chain
         * @description With `edit`, that this edit stands in the chain of the present tip; with `from`, that the block
         *     at `to` (the tip unless told) continues the chain of the block at `from`. Both are checked
         *     against nothing but the hashes of tips, as RFC 6962 has it.
         */
        get: operations["proof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What lies in a part of the map, gathered for its zoom */
        get: operations["map"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The household's people, with counts */
        get: operations["people"];
        put?: never;
        /** Makes a person, on no photo yet */
        post: operations["make_people"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a person off all photos; the photos stay */
        delete: operations["remove_people"];
        options?: never;
        head?: never;
        /** Renames a person, or merges it with another; one edit, however many photos have it */
        patch: operations["rename_people"];
        trace?: never;
    };
    "/api/v1/photos/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A photo's record */
        get: operations["record"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a photo */
        patch: operations["change"];
        trace?: never;
    };
    "/api/v1/photos/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every edit of a photo */
        get: operations["history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/photos/{id}/original": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A photo's original
         * @description Byte for byte as it was imported; answers range requests.
         */
        get: operations["original"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/photos/{id}/sidecar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What people have said of a photo, as XMP
         * @description For programs that read a sidecar beside the original: tags, albums, people, caption, rating,
         *     place, time and fields.
         */
        get: operations["sidecar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/photos/{id}/thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A photo's preview, upright */
        get: operations["thumbnail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/places": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Places where photos were taken, with counts
         * @description Town, region and country, as GeoNames (CC BY 4.0) calls them.
         */
        get: operations["places"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Purges photos
         * @description Their originals are deleted on all devices of the household, for good; the records and their
         *     histories stay. Only photos in the trash are purged. One of which no other good copy is known
         *     than the last one has to be named in `last_copies`, too.
         */
        post: operations["purge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Searches */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The household's saved searches */
        get: operations["searches"];
        put?: never;
        /** Saves a search under a name, in place of what was saved under it */
        post: operations["save_search"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forgets a saved search */
        delete: operations["forget_search"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs in
         * @description Sets a cookie for the web UI that is good for 30 days.
         */
        post: operations["begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suggestions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What may be meant by the beginning of a word */
        get: operations["suggestions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The household's tags, with counts */
        get: operations["tags"];
        put?: never;
        /** Makes a tag, on no photo yet */
        post: operations["make_tags"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tags/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a tag, and with it those below it off all photos; the photos stay */
        delete: operations["remove_tags"];
        options?: never;
        head?: never;
        /** Renames a tag, and with it those below it, or merges it with another; one edit, however many photos have it */
        patch: operations["rename_tags"];
        trace?: never;
    };
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Work claimed once in the household
         * @description By whom, until when; and how this device gets on with the household's bucket.
         */
        get: operations["claimed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many photos each month has */
        get: operations["months"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/timeline/{month}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The photos of one month, or some of them
         * @description A burst that such a part cuts is one on either side, if it is one there.
         */
        get: operations["month"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/timeline/{month}/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the days of one month, or of some of its photos, were spent */
        get: operations["days"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undoes this device's last action
         * @description A change of any number of photos, or an import, whose photos go to the trash. Nothing happens
         *     where somebody has written since, per photo and field. Asked again, it undoes the action before;
         *     `nothing_to_undo` (409) when there is none.
         */
        post: operations["undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether it runs */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Numbers for Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The household's albums. */
        Albums: {
            /** @description By name. */
            albums: components["schemas"]["Counted"][];
        };
        /** @description Groups of photos that look alike. */
        AlikeBody: {
            /** @description This page, the largest first. */
            groups: components["schemas"]["GroupBody"][];
            /**
             * Format: int64
             * @description How many groups there are.
             */
            total: number;
        };
        /** @description A block without its edits. */
        BlockBody: {
            /**
             * Format: int64
             * @description How many edits it holds.
             */
            edits: number;
            /** @description SHA-256 of its header. */
            hash: string;
            /**
             * Format: int64
             * @description Its height.
             */
            height: number;
            /** @description The hash of the block below it; zeros at height 0. */
            prev: string;
            /** @description The device that proposed it. */
            proposer: string;
            /** @description When, by the proposer's clock. */
            timestamp: string;
        };
        /** @description A block with its edits. */
        BlockDetail: {
            /** @description Its edits, in order. */
            edits: components["schemas"]["EditBody"][];
            /** @description SHA-256 of its header. */
            hash: string;
            /**
             * Format: int64
             * @description Its height.
             */
            height: number;
            /** @description The hash of the block below it; zeros at height 0. */
            prev: string;
            /** @description The device that proposed it. */
            proposer: string;
            /** @description When, by the proposer's clock. */
            timestamp: string;
        };
        /** @description `block`: the catalogue has reached a block. */
        BlockEvent: {
            /**
             * Format: int64
             * @description Its height.
             */
            height: number;
            /** @description The chain's tip. */
            tip: string;
        };
        /** @description How this device gets on with the bucket. */
        BucketBody: {
            /**
             * Format: int64
             * @description How many blocks of the ledger it holds, from the founding one on; `null` until that is known.
             */
            blocks?: number | null;
            /**
             * Format: int64
             * @description How many blocks of this device's chain it does not hold yet; `null` until that is known.
             */
            blocks_behind?: number | null;
            /** @description Its address; `null` if what is set is none. */
            bucket?: string | null;
            /** @description Whether what is put there is encrypted; before the bucket was asked, whether it is to be. */
            encrypted: boolean;
            /**
             * Format: int64
             * @description Originals that it could not store, for a fault of their own.
             */
            failed: number;
            /**
             * Format: int64
             * @description Originals that the household is known to have stored there; `null` until they are counted.
             */
            originals?: number | null;
            /**
             * Format: int64
             * @description Originals that this device has stored there since it was started.
             */
            stored: number;
            /** @description What is wrong, and what to do; `null` if nothing is, as far as is known. */
            trouble?: string | null;
            /** @description Whether it has a vote in the household. */
            votes: boolean;
            /**
             * Format: int64
             * @description Originals of the household that it is not known to hold, whether or not it answers; `null`
             *     until they are counted.
             */
            waiting?: number | null;
        };
        /** @description A change of one or many photos; what is absent stays as it is. */
        ChangeBody: {
            /** @description Albums to put it into. */
            add_albums?: string[];
            /** @description People who are on it. */
            add_people?: string[];
            /** @description Tags to add; `/` makes a hierarchy. */
            add_tags?: string[];
            /** @description The new caption; empty removes it. */
            caption?: string | null;
            /** @description Favourite or not. */
            favorite?: boolean | null;
            /** @description Values of the household's own fields by name, numbers as such or as text; `null` removes one. */
            fields?: {
                [key: string]: string | null;
            };
            /** @description `[lat, lon]` in degrees; `null` removes the position. */
            position?: number[] | null;
            /**
             * Format: int32
             * @description 0 (none) to 5.
             */
            rating?: number | null;
            /** @description Albums to take it out of. */
            remove_albums?: string[];
            /** @description People who are not. */
            remove_people?: string[];
            /** @description Tags to take away. */
            remove_tags?: string[];
            /** @description The camera's wall clock, RFC 3339; offset `-00:00` (or none) where none is known. */
            taken_at?: string | null;
            /** @description Into the trash, or out of it. */
            trash?: boolean | null;
        };
        /** @description Photos that lie close together at this zoom. */
        ClusterBody: {
            /** @description All of them lie within: `[south, west, north, east]`. */
            bbox: number[];
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /** @description The newest, to show. */
            id: string;
            /** @description The middle of them: `[lat, lon]` in degrees. */
            position: number[];
        };
        /** @description A field that two devices set without having seen each other's value. */
        ConflictBody: {
            /** @description The field's name, as in a change. */
            field: string;
            /** @description The value that stands: the later in chain order. */
            kept: components["schemas"]["WrittenBody"];
            /** @description The values that it replaced, oldest first. */
            replaced: components["schemas"]["WrittenBody"][];
        };
        /** @description A name and how many photos have it. */
        Counted: {
            /**
             * Format: int64
             * @description Photos, not counting the trash.
             */
            count: number;
            /** @description The name. */
            name: string;
        };
        /** @description Where a day was spent. */
        DayPlace: {
            /** @description `yyyy-mm-dd`, as the cameras showed it. */
            day: string;
            /** @description `Town, Region, Country`, as in a photo's record; what is the same is not said twice. */
            place: string;
        };
        /** @description Whether a definition is in the chain. */
        Defined: {
            /** @description Whether it is. */
            state: components["schemas"]["State"];
        };
        /** @description A device. */
        DeviceBody: {
            /** @description Its id, hex. */
            id: string;
            /** @description Its name. */
            name: string;
            /** @description `voter` or `observer`. */
            role: string;
        };
        /** @description What changes about a device; what is absent stays as it is. */
        DeviceChange: {
            /**
             * @description What it is to be called.
             * @default null
             */
            name?: string | null;
            /**
             * @description Which originals it keeps: `all`, `recent` or `recent:DAYS` (favourites, and those taken or
             *     added within so many days, 90 unless told) or `on-demand`.
             * @default null
             */
            placement?: string | null;
            /** @default null */
            role?: null | components["schemas"]["RoleBody"];
        };
        /** @description `devices`: a device came or went, or the household's members changed. */
        DevicesEvent: {
            /** @description How many devices there are. */
            members: number;
            /** @description Whether they are enough to agree on a block. */
            quorum: boolean;
            /** @description How many of them are within reach, this one included. */
            reachable: number;
        };
        /** @description An edit as the chain holds it. */
        EditBody: {
            /** @description The device that authored it. */
            device: string;
            /** @description The life of its process. */
            incarnation: string;
            /** @description `founding`, `opaque`, `membership` or `task`. */
            kind: string;
            /** @description Opaque payloads in base64; others as text. */
            payload?: string | null;
            /**
             * Format: int64
             * @description Its number within that life.
             */
            seq: number;
        };
        /** @description A change of many photos: those named, or those that a query finds. */
        EditsBody: {
            /** @description What to change. */
            change: components["schemas"]["ChangeBody"];
            /** @description Photos that stay as they are, whether or not `query` finds them; not together with `ids`. */
            except?: string[] | null;
            /** @description Photo ids; either these or `query`. */
            ids?: string[] | null;
            /** @description A search; either this or `ids`. */
            query?: string | null;
        };
        /** @description What became of a bulk edit. */
        EditsDone: {
            /**
             * Format: int64
             * @description The height that shows it; this device's height when pending.
             */
            height: number;
            /**
             * Format: int64
             * @description How many photos it touched.
             */
            photos: number;
            /** @description Whether it is in the chain. */
            state: components["schemas"]["State"];
        };
        /** @description Where an entry stands. */
        EntryBody: {
            /** @description Its name: device, life and number. */
            edit: string;
            /** @description The hash of that block. */
            hash?: string | null;
            /**
             * Format: int64
             * @description The height of its block, once it is in one.
             */
            height?: number | null;
            /** @description Whether it is in a block. */
            state: components["schemas"]["State"];
        };
        /** @description What to export: the photos named, or those that a query finds. */
        ExportBody: {
            /** @description Photos that are not exported, whether or not `query` finds them; not together with `ids`. */
            except?: string[] | null;
            /** @description Photo ids; either these or `query`. */
            ids?: string[] | null;
            /** @description A search; either this or `ids`. The empty one finds every photo not in the trash. */
            query?: string | null;
            /** @description Whether what was said of each photo is written beside it, as XMP. */
            sidecars?: boolean;
            /**
             * @description Where below it: a path with `{yyyy}`, `{mm}`, `{dd}`, `{name}`, `{stem}`, `{ext}`, `{id}`,
             *     `{album}` or `{folder}`; `{name}` unless told.
             */
            template?: string | null;
            /** @description The folder to write into, made if it is missing: an absolute path, or a `file://` URL. */
            to: string;
        };
        /** @description How an export goes. */
        ExportJob: {
            /**
             * Format: int64
             * @description Bytes of originals written.
             */
            bytes: number;
            /** @description The name of the photo that was begun last. */
            current?: string | null;
            /** @description Why it failed, when it did. */
            error?: string | null;
            /**
             * Format: int64
             * @description Originals written.
             */
            exported: number;
            /** @description The first ten thousand of those, each with its reason; in events the last hundred of these. */
            failed: components["schemas"]["NotExported"][];
            /**
             * Format: int64
             * @description How many photos could not be had or written; `failed` may name only some of them.
             */
            failed_count: number;
            /**
             * Format: int64
             * @description Photos to export.
             */
            found: number;
            /** @description Sixteen hex digits. */
            id: string;
            /**
             * Format: int64
             * @description Originals that were there already, whole.
             */
            present: number;
            /**
             * Format: int64
             * @description Photos dealt with: `exported + present + failed_count`.
             */
            processed: number;
            /**
             * Format: double
             * @description Seconds since it began, or that it took.
             */
            seconds: number;
            /**
             * Format: int64
             * @description Sidecars that another program had written, which stay as they are.
             */
            sidecars_left: number;
            /** @description Where it stands. */
            state: components["schemas"]["ExportState"];
            /** @description The folder that it writes into. */
            to: string;
        };
        /**
         * @description Where an export stands.
         * @enum {string}
         */
        ExportState: "running" | "done" | "cancelled" | "failed";
        /** @description All exports since the node started; of those that are over the last twenty. */
        Exports: {
            /** @description Oldest first. */
            exports: components["schemas"]["ExportJob"][];
        };
        /** @description How a photo was exposed. */
        ExposureBody: {
            /**
             * Format: double
             * @description Seconds.
             */
            exposure_time_s?: number | null;
            /**
             * Format: float
             * @description Aperture.
             */
            f_number?: number | null;
            /**
             * Format: float
             * @description Millimetres.
             */
            focal_length_mm?: number | null;
            /**
             * Format: int32
             * @description Sensitivity.
             */
            iso?: number | null;
        };
        /** @description What the photos found have in common, most frequent first. */
        FacetsBody: {
            /** @description Albums. */
            albums: components["schemas"]["Counted"][];
            /** @description Cameras. */
            cameras: components["schemas"]["Counted"][];
            /** @description People. */
            people: components["schemas"]["Counted"][];
            /** @description Places: town, region, country. */
            places: components["schemas"]["Counted"][];
            /** @description Tags. */
            tags: components["schemas"]["Counted"][];
            /** @description Years of capture, latest first. */
            years: components["schemas"]["Counted"][];
        };
        /** @description A field of the household's own. */
        FieldBody: {
            /** @description With `choice`: what there is to choose from. */
            choices?: string[];
            /**
             * Format: int64
             * @description Photos that have a value; told, never taken.
             */
            readonly count?: number;
            /** @description Its name, as in `field.NAME:`. */
            name: string;
            /** @description What may stand in it. */
            type: components["schemas"]["FieldKind"];
        };
        /** @description What may stand in a field from now on. */
        FieldChange: {
            /** @description With `choice`: what there is to choose from. */
            choices?: string[];
            /** @description What may stand in it. */
            type: components["schemas"]["FieldKind"];
        };
        /**
         * @description What may stand in a field.
         * @enum {string}
         */
        FieldKind: "text" | "number" | "date" | "choice";
        /** @description The household's own fields. */
        Fields: {
            /** @description By name. */
            fields: components["schemas"]["FieldBody"][];
        };
        /** @description Photos that look alike. */
        GroupBody: {
            /** @description At least two, the best first: most pixels, most bytes, best rated, first taken. */
            photos: components["schemas"]["PhotoCard"][];
        };
        /** @description It runs. */
        Health: {
            /** @description `ok`. */
            status: string;
            /** @description The program's version. */
            version: string;
        };
        /** @description The edits of one photo. */
        History: {
            /** @description In chain order, the pending ones last. */
            entries: components["schemas"]["HistoryItem"][];
            /**
             * Format: int64
             * @description The chain height that this shows.
             */
            height: number;
        };
        /** @description One edit of one photo. */
        HistoryItem: {
            /** @description When it was written, by that device's clock; `null`, if no person did. */
            at?: string | null;
            change?: null | components["schemas"]["ChangeBody"];
            /** @description The block's time; `null` while it is pending. */
            decided_at?: string | null;
            /** @description The device that made it. */
            device: string;
            /** @description That device's name; `null` where the chain does not say. */
            device_name?: string | null;
            /** @description The edit's id: device, incarnation and sequence number. */
            edit: string;
            /**
             * Format: int64
             * @description The block that holds it; `null` while it is pending.
             */
            height?: number | null;
            label?: null | components["schemas"]["MovedBody"];
            /** @description Whether it is in the chain. */
            state: components["schemas"]["State"];
            /** @description With `undone`: the edit that was taken back, as far as it still stood. */
            undone?: string | null;
            /** @description Values that this edit replaced and whose author it had not seen. */
            unseen: components["schemas"]["WrittenBody"][];
            /** @description `added`, `added_again`, `changed`, `relabelled`, `undone` or `purged`. */
            what: string;
        };
        /** @description What the household has agreed upon: the same on all devices. */
        HouseholdBody: {
            /**
             * @description The bucket's address, `file:///…`, `az://…` or `s3://…`; `null` if there is none. A device
             *     whose environment names another one uses that.
             */
            bucket?: string | null;
            /** @description Whether what is put into the bucket is to be encrypted. */
            bucket_encrypted: boolean;
            /** @description Whether the bucket has a vote, so that of two devices each can decide while the other is away. */
            bucket_voter: boolean;
            /** @description What it is called. */
            household: string;
            /** @description Which originals each device keeps. */
            placements: components["schemas"]["PlacementBody"][];
            /** @description After how long a silent device stops counting towards the quorum, as `30d`, or `never`. */
            prune_after: string;
            /** @description How often a device looks whether everything that it holds is still right, as `30d`. */
            scrub_every: string;
        };
        /** @description What the household is to agree upon; what is absent stays as it is. */
        HouseholdChange: {
            /**
             * @description The bucket's address, without secrets; `null`: no bucket.
             * @default null
             */
            bucket?: string | null;
            /**
             * @description Whether what is put into the bucket is to be encrypted.
             * @default null
             */
            bucket_encrypted?: boolean | null;
            /**
             * @description Whether the bucket is to have a vote; it needs a store that has compare-and-swap, as Azure Blob
             *     Storage and S3 have.
             * @default null
             */
            bucket_voter?: boolean | null;
            /**
             * @description By device id: `all`, `recent`, `recent:DAYS` or `on-demand`.
             * @default {}
             */
            placements?: {
                [key: string]: string;
            };
            /**
             * @description As `30d`, a day at least, or `never`.
             * @default null
             */
            prune_after?: string | null;
            /**
             * @description As `30d` or `12h`; an hour at least.
             * @default null
             */
            scrub_every?: string | null;
        };
        /** @description What came of a change of the household. */
        HouseholdChanged: {
            /** @description Whether it is in the chain. */
            state: components["schemas"]["State"];
        };
        /** @description What to import. */
        ImportBody: {
            /** @description Albums that every file's photo is put into, also if it was there already. */
            albums?: string[];
            /**
             * @description Absolute paths of files and folders, or `file://` URLs (percent-encoded, so that any bytes
             *     can be named).
             */
            paths: string[];
            /** @description Tags for every photo that is added. */
            tags?: string[];
        };
        /** @description How an import goes. */
        ImportJob: {
            /**
             * Format: int64
             * @description Photos added.
             */
            added: number;
            /**
             * Format: int64
             * @description Bytes dealt with.
             */
            bytes: number;
            /** @description Stable name of the kind of failure, when it failed. */
            code?: string | null;
            /** @description The file that was last dealt with. */
            current?: string | null;
            /**
             * Format: int64
             * @description Files whose bytes were there already.
             */
            duplicate: number;
            /** @description Why it failed, when it did. */
            error?: string | null;
            /**
             * Format: int64
             * @description Files found so far.
             */
            found: number;
            /** @description Sixteen hex digits. */
            id: string;
            /** @description Ids of the added photos, once it is done; empty in events. */
            ids: string[];
            /** @description What was to be imported. */
            paths: string[];
            /**
             * Format: int64
             * @description Files dealt with: `added + duplicate + rejected`.
             */
            processed: number;
            /** @description Files that could not be imported, each with its reason. */
            rejected: components["schemas"]["Rejected"][];
            /**
             * Format: int64
             * @description How many were rejected; `rejected` may name only the last of them.
             */
            rejected_count: number;
            /**
             * Format: double
             * @description Seconds since it began, or that it took.
             */
            seconds: number;
            /** @description Where it stands. */
            state: components["schemas"]["ImportState"];
            /**
             * Format: int64
             * @description Those of them whose photos are in the trash, and stay there.
             */
            trashed: number;
            /** @description The first thousand of those, each with what is wrong; none in events. */
            warned: components["schemas"]["Rejected"][];
            /**
             * Format: int64
             * @description How many were imported though not all that belongs to them could be read.
             */
            warned_count: number;
        };
        /**
         * @description Where an import stands.
         * @enum {string}
         */
        ImportState: "scanning" | "running" | "done" | "cancelled" | "failed";
        /** @description All imports since the node started. */
        Imports: {
            /** @description Oldest first. */
            imports: components["schemas"]["ImportJob"][];
        };
        /** @description Whom to invite. */
        InvitationBody: {
            /**
             * @description Whether the newcomer waits until somebody here has compared the check words.
             * @default false
             */
            confirm?: boolean;
            /**
             * Format: int32
             * @description For how long it is good, 1 to 10,080; 10 unless told.
             * @default null
             */
            for_minutes?: number | null;
            /**
             * @description Whether the newcomer follows without a vote.
             * @default false
             */
            observer?: boolean;
        };
        /** @description An invitation that this device gave, without its secret. */
        InvitationListed: {
            /** @description Words that the newcomer shows, too: they are the same only if nobody stands in between. */
            check_words?: string | null;
            /** @description Whether the newcomer waits until somebody here has compared the check words. */
            confirm: boolean;
            /** @description Who came with it. */
            device?: string | null;
            /** @description Until when it is good. */
            expires_at: string;
            /** @description Its name. */
            id: string;
            /** @description What that device is called. */
            name?: string | null;
            /** @description What the newcomer becomes. */
            role: string;
            /** @description What became of it. */
            state: components["schemas"]["InvitationState"];
        };
        /** @description An invitation for one device. */
        InvitationMade: {
            /** @description Until when it is good. */
            expires_at: string;
            /** @description Its name; tells nobody anything. */
            id: string;
            /** @description The invitation itself, `kinfolio1…`: whoever has it can join, once. */
            invitation: string;
            /** @description The same as a QR code, an SVG picture. */
            qr: string;
            /** @description What the newcomer becomes: `voter` or `observer`. */
            role: string;
        };
        /**
         * @description What became of an invitation.
         * @enum {string}
         */
        InvitationState: "open" | "expired" | "asking" | "joining" | "joined";
        /** @description Which photo is kept, and which are merged into it. */
        KeepBody: {
            /** @description The photo to keep. */
            keep: string;
            /** @description The photos that go to the trash. */
            others: string[];
        };
        /** @description What a label is to be called. */
        LabelChange: {
            /** @description The new name. Where there is one of that name, the two become one. */
            name: string;
        };
        /** @description This device's view of the household's chain. */
        LedgerStatus: {
            bucket?: null | components["schemas"]["BucketBody"];
            /**
             * Format: int64
             * @description Originals that this device is to keep and that have not come yet, as many as are looked for at a
             *     time at most; `null` before the first look, and where not all are to be kept here.
             */
            coming?: number | null;
            /** @description This device. */
            device: components["schemas"]["DeviceBody"];
            /**
             * Format: int64
             * @description The chain's height.
             */
            height: number;
            /** @description The household's name. */
            household: string;
            /** @description Every member, this device included. */
            members: components["schemas"]["MemberBody"][];
            /**
             * Format: int64
             * @description Edits authored here and not yet in this chain.
             */
            pending: number;
            /**
             * Format: int64
             * @description Photos known, the trash counted.
             */
            photos: number;
            proving?: null | components["schemas"]["ProvingBody"];
            /** @description Whether enough voters are reachable to commit. */
            quorum: boolean;
            /**
             * @description Whether this device was made from the bucket and only shows what that held: the first change here
             *     goes on with the household, with this as its only device.
             */
            restored: boolean;
            /** @description How the latest look at everything that this device holds went, or goes. */
            scrub: components["schemas"]["ScrubBody"];
            /**
             * @description Whether this device votes: `good`; `healing` while its damaged ledger is made whole by the
             *     others; `superseded` if another copy of it, or a later state of its disk, is about; `removed`
             *     once the household has removed it; `forked` if another device holds other blocks and no
             *     majority says who is right.
             */
            standing: string;
            /** @description The hash of its last block. */
            tip: string;
        };
        /** @description Who is to be let in. */
        LetIn: {
            /** @description The check words as they were compared. */
            check_words: string;
        };
        /** @description What lies in a part of the map. */
        MapBody: {
            /** @description The largest first; at most 2,000. */
            clusters: components["schemas"]["ClusterBody"][];
            /**
             * Format: int64
             * @description The chain height that this shows.
             */
            height: number;
            /**
             * Format: int64
             * @description Photos in it, not counting the trash.
             */
            total: number;
        };
        /** @description A member of the household. */
        MemberBody: {
            /**
             * Format: int64
             * @description How far its clock is ahead of the other devices within reach, in seconds, below zero: behind;
             *     `null`, unless that is more than ten minutes.
             */
            clock_ahead_seconds?: number | null;
            /**
             * @description Whether that disk took nothing more when it last said so: what comes to the household is not
             *     stored, or does not show there, until there is room.
             */
            disk_full: boolean;
            /**
             * Format: int64
             * @description Bytes left on the disk of its library, as it last said.
             */
            free_bytes?: number | null;
            /**
             * Format: int64
             * @description The height of its chain, as last heard.
             */
            height?: number | null;
            /** @description Its id, hex. */
            id: string;
            /** @description When it was last heard. */
            last_seen?: string | null;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Originals that it is known to hold: it has hashed them, or added them. `null` until they are
             *     counted.
             */
            originals?: number | null;
            /**
             * Format: int64
             * @description Edits that were authored there and are in no block, as it last said.
             */
            pending?: number | null;
            /**
             * @description Which originals it keeps: `all`, `recent:DAYS` (favourites, and those taken or added within
             *     so many days) or `on-demand`.
             */
            placement: string;
            /**
             * @description When it stops counting towards the quorum if it stays silent, at the earliest; `null`: never, or
             *     it is not silent.
             */
            prune_at?: string | null;
            /**
             * @description Whether it was silent for so long that it does not count; it gets its vote back by itself once
             *     it is there again.
             */
            pruned: boolean;
            /** @description Whether it answers. */
            reachable: boolean;
            /** @description `voter` or `observer`. */
            role: string;
            /**
             * Format: int64
             * @description How long nothing was heard of it, in seconds, counted while this device was part of a quorum; 0,
             *     unless it is a voter.
             */
            silent_seconds: number;
            /**
             * Format: int64
             * @description How many of those are known to be on no other device and not in the bucket. `null` for the
             *     bucket, and until they are counted.
             */
            sole_originals?: number | null;
            /** @description The tip of its chain, as last heard. */
            tip?: string | null;
            /** @description Why this device and that one do not go on with each other, and what to do. */
            trouble?: string | null;
        };
        /** @description Photos of one month. */
        Month: {
            /**
             * Format: int64
             * @description The chain height that this shows.
             */
            height: number;
            /** @description `yyyy-mm`. */
            month: string;
            /** @description Newest first. */
            rows: components["schemas"]["Row"][];
        };
        /** @description One month of the timeline. */
        MonthCount: {
            /**
             * Format: int64
             * @description Photos in it, not counting the trash.
             */
            count: number;
            /** @description `yyyy-mm`. */
            month: string;
        };
        /** @description Where the days of one month were spent. */
        MonthDays: {
            /**
             * @description The days on which one place dominates, newest first: more than half of the photos of the day
             *     that have a position are from there, and these are at least a third of all photos of the day.
             */
            days: components["schemas"]["DayPlace"][];
            /**
             * Format: int64
             * @description The chain height that this shows.
             */
            height: number;
            /** @description `yyyy-mm`. */
            month: string;
        };
        /** @description What became of a label. */
        MovedBody: {
            /** @description What it was called; `null`, if it was made. */
            from?: string | null;
            /** @description `tag`, `album` or `person`. */
            list: string;
            /** @description What it is called; `null`, if it was removed. */
            to?: string | null;
        };
        /** @description A label to be made. */
        NewLabel: {
            /** @description Its name; the parts of a tag are joined by `/`. */
            name: string;
        };
        /** @description A photo that was not exported. */
        NotExported: {
            /** @description Its id. */
            id: string;
            /** @description Its file's name; its id, where no such photo is known. */
            name: string;
            /** @description Why. */
            reason: string;
        };
        /** @description People who are on photos. */
        People: {
            /** @description By name. */
            people: components["schemas"]["Counted"][];
        };
        /** @description A photo in a list. */
        PhotoCard: {
            /** @description Whether it is a favourite. */
            favorite: boolean;
            /**
             * Format: int32
             * @description Height as displayed, px; 0 when unknown.
             */
            height: number;
            /** @description SHA-256 of the original's bytes, hex. */
            id: string;
            /** @description What sort of file it is. */
            kind: components["schemas"]["PhotoKind"];
            /** @description The file's name when it was imported. */
            name: string;
            /** @description The place's name, when one is known. */
            place?: string | null;
            /** @description `[lat, lon]` in degrees. */
            position?: number[] | null;
            /**
             * Format: int32
             * @description 0 (none) to 5.
             */
            rating: number;
            /** @description Whether all that this shows is in the chain. */
            state: components["schemas"]["State"];
            /** @description Sorted. */
            tags: string[];
            /** @description The camera's wall clock, RFC 3339; offset `-00:00` where none is known. */
            taken_at: string;
            /** @description A tiny placeholder picture, base64; empty when there is none. */
            thumbhash: string;
            /**
             * Format: int32
             * @description Width as displayed, px; 0 when unknown.
             */
            width: number;
        };
        /** @description What became of one photo's edit. */
        PhotoEdited: {
            /**
             * Format: int64
             * @description The height that shows it; this device's height when pending.
             */
            height: number;
            /** @description The photo as it is now. */
            photo: components["schemas"]["PhotoRecord"];
            /** @description Whether it is in the chain. */
            state: components["schemas"]["State"];
        };
        /**
         * @description What sort of file it is.
         * @enum {string}
         */
        PhotoKind: "photo" | "raw" | "video" | "file";
        /** @description Everything known about a photo. */
        PhotoRecord: {
            /** @description When it was added: the time of that block; `null` while that is pending. */
            added_at?: string | null;
            /** @description The device that added it. */
            added_by: string;
            /** @description Albums that hold it. */
            albums: string[];
            /**
             * Format: double
             * @description Metres above the sea.
             */
            altitude_m?: number | null;
            /**
             * Format: int64
             * @description The chain height that this record shows.
             */
            as_of: number;
            /**
             * Format: int64
             * @description The height of the block that added it; `null` while that is pending.
             */
            block?: number | null;
            /** @description Maker and model. */
            camera?: string | null;
            /** @description The family's words. */
            caption: string;
            /** @description Fields that two devices set without having seen each other's value. */
            conflicts: components["schemas"]["ConflictBody"][];
            /** @description EXIF tags by name, as displayed. */
            exif: {
                [key: string]: string;
            };
            /** @description How it was exposed. */
            exposure: components["schemas"]["ExposureBody"];
            /** @description Whether it is a favourite. */
            favorite: boolean;
            /** @description The household's own fields. */
            fields: {
                [key: string]: string;
            };
            /** @description The folder it came from, relative to what was imported. */
            folder: string;
            /**
             * Format: int32
             * @description As displayed, after orientation, px; 0 when unknown.
             */
            height: number;
            /** @description SHA-256 of the original's bytes, hex. */
            id: string;
            /** @description What sort of file it is. */
            kind: components["schemas"]["PhotoKind"];
            /** @description The lens. */
            lens?: string | null;
            /** @description Media type, from the file's bytes. */
            mime: string;
            /** @description The file's name when it was imported; bytes that are not UTF-8 are escaped. */
            name: string;
            /**
             * Format: int32
             * @description EXIF orientation of the original, 1 to 8.
             */
            orientation: number;
            /** @description People on it. */
            people: string[];
            /** @description The place's name, when one is known. */
            place?: string | null;
            /** @description `[lat, lon]` in degrees. */
            position?: number[] | null;
            /** @description Whether its original was deleted on all devices: it is found nowhere any more. */
            purged: boolean;
            /**
             * Format: int32
             * @description 0 (none) to 5.
             */
            rating: number;
            /** @description Devices that hold the original, and the bucket if it does. */
            replicas: components["schemas"]["Replica"][];
            /**
             * Format: int64
             * @description Bytes.
             */
            size: number;
            /** @description Whether all that this shows is in the chain. */
            state: components["schemas"]["State"];
            /** @description Sorted. */
            tags: string[];
            /** @description The camera's wall clock, RFC 3339; offset `-00:00` where none is known. */
            taken_at: string;
            /** @description Whether a person corrected `taken_at`. */
            taken_by_hand: boolean;
            /**
             * @description What the file's own time came from: `exif_original`, `exif_digitized`, `xmp`, `gps`, `video`,
             *     `takeout`, `file_name`, `exif_modified` or `file_time`.
             */
            taken_source: string;
            /** @description A tiny placeholder picture, base64; empty when there is none. */
            thumbhash: string;
            /** @description Whether it is in the trash. */
            trashed: boolean;
            /** @description What was wrong with the file, if anything. */
            warning?: string | null;
            /**
             * Format: int32
             * @description As displayed, after orientation, px; 0 when unknown.
             */
            width: number;
        };
        /** @description `photos`: photos were added or changed. */
        PhotosEvent: {
            /**
             * Format: int64
             * @description The height that shows the change.
             */
            height: number;
            /** @description Which; `null` when there are too many to name. */
            ids?: string[] | null;
        };
        /** @description Which originals a device keeps. */
        PlacementBody: {
            /** @description The device's id. */
            device: string;
            /** @description What it is called. */
            name: string;
            /**
             * @description `all`, `recent:DAYS` (favourites, and those taken or added within so many days) or
             *     `on-demand`.
             */
            placement: string;
        };
        /** @description Places where photos were taken. */
        Places: {
            /** @description Town, region and country, most frequent first. */
            places: components["schemas"]["Counted"][];
        };
        /** @description What went wrong with a request. */
        Problem: {
            /**
             * Format: int32
             * @description For `bad_query`: the position in the query, in characters from 0.
             */
            at?: number | null;
            /** @description Stable name of the kind of problem, for programs. */
            code: string;
            /** @description What happened, to what, and what to do. */
            detail: string;
            said?: null | components["schemas"]["SaidBody"];
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The HTTP status in words. */
            title: string;
            /** @description A URI that names the kind of problem: `urn:kinfolio:problem:CODE`. */
            type: string;
        };
        /** @description How far what a new device shows is proved. */
        ProvingBody: {
            /**
             * Format: int64
             * @description The block up to which it is.
             */
            height: number;
            /**
             * Format: int64
             * @description The block whose state it shows.
             */
            of: number;
        };
        /** @description Which photos to purge: those named, or those that a query finds. */
        PurgeBody: {
            /** @description Photos that are not purged, whether or not `query` finds them; not together with `ids`. */
            except?: string[] | null;
            /** @description Photo ids; either these or `query`. */
            ids?: string[] | null;
            /** @description Those of them that are purged even if only the last good copy is known of. */
            last_copies?: string[];
            /** @description A search, as `is:trashed`; either this or `ids`. */
            query?: string | null;
        };
        /** @description Go on without the devices that are lost. */
        RecoverBody: {
            /** @description The household's name, where a person has typed it to be sure. */
            household?: string | null;
        };
        /** @description The epoch that has begun. */
        RecoveredBody: {
            /** @description Its id, hex. */
            epoch: string;
            /**
             * Format: int64
             * @description The height of the block that begins it.
             */
            height: number;
        };
        /** @description The household's recovery key: whoever has it and the bucket can read everything. */
        RecoveryKeyBody: {
            /** @description The same as a QR code, an SVG picture. */
            qr: string;
            /** @description The key itself, `kinfolio-key1…`. */
            recovery_key: string;
        };
        /** @description Where to write the recovery key. */
        RecoveryKeyFile: {
            /** @description The file's path on this machine; one that is there is replaced. */
            path: string;
        };
        /** @description A file that could not be imported. */
        Rejected: {
            /** @description Its path; bytes that are not UTF-8 are escaped. */
            path: string;
            /** @description Why. */
            reason: string;
            said?: null | components["schemas"]["SaidBody"];
        };
        /** @description A device, or the bucket, that holds an original. */
        Replica: {
            /** @description The device's id, or `bucket`. */
            device: string;
            /** @description When its copy was last known to be right. */
            verified_at?: string | null;
        };
        /**
         * @description A device's voice.
         * @enum {string}
         */
        RoleBody: "voter" | "observer";
        /** @description One photo, as the grid needs it. */
        Row: {
            /**
             * @description The first photo of the burst that this is one of: at least three that one camera took within
             *     seconds. Absent where it stands alone.
             */
            burst?: string;
            /** @description Whether it is a favourite. */
            favorite: boolean;
            /** @description The photo's id. */
            id: string;
            /** @description What sort of file it is. */
            kind: components["schemas"]["PhotoKind"];
            /**
             * Format: int32
             * @description 0 (none) to 5.
             */
            rating: number;
            /**
             * Format: float
             * @description Width by height as displayed.
             */
            ratio: number;
            /** @description Whether all that this shows is in the chain. */
            state: components["schemas"]["State"];
            /** @description The camera's wall clock, RFC 3339. */
            taken_at: string;
            /** @description A tiny placeholder picture, base64; empty when there is none. */
            thumbhash: string;
        };
        /** @description A sentence, and what stands in it. */
        SaidBody: {
            /**
             * @description In English, with `{names}` where values stand.
             * @enum {string}
             */
            sentence: "the query is {length} characters long; at most {max} are allowed" | "the query is nested more than {max} deep" | "the query has more than {max} words and fields" | "this `)` closes nothing; remove it or put a `(` before" | "this `(` is not closed; add a `)`" | "there is nothing between `(` and `)`" | "`OR` needs something on its right" | "`OR` needs something on its left" | "`-` must stand right before what it leaves out" | "this quotation mark is not closed; add a `\"`" | "put a value with parentheses in quotes, as in {field}:\"a (b)\"" | "put the whole value in quotes, as in {field}:\"a b\"" | "`{given}` holds no letter or digit to search for" | "the name of a field is missing before this `:`" | "there is no field `{given}`; the fields are {fields} (put words with a colon in quotes)" | "a value is missing after `{field}:`" | "the tag has an empty part beside a `/`" | "the field's name is missing between `field.` and `:`" | "`{given}` compares with no number or day; write >12, 3..5, <2019-07 or 2018..2019" | "after `has:` stands gps, caption, conflict, tags, albums or people" | "after `is:` stands favorite, trashed, pending, video or duplicate" | "`{given}` is not between 0 and {max}" | "`{given}` is not a whole number; write 400, >400, <=400 or 100..400" | "the range {given} runs backwards" | "write it as near:48.85,2.35,10km (latitude, longitude, distance)" | "write it as in:48,2,49,3 (south, west, north, east)" | "the south is north of the north; write south,west,north,east" | "`{given}` is not a latitude from -90 to 90" | "`{given}` is not a longitude from -180 to 180" | "`{given}` is not a unit; write km, m or mi" | "`{given}` is not a distance; write 10km or 500m" | "`{given}` is not a date; write 2019, 2019-07, 2019-07-14 or 2019-07..2019-08" | "it is empty (0 bytes)" | "it changed while it was being read; import it again when it is no longer written to" | "permission denied" | "it does not exist" | "it cannot be read: {error}" | "it is a named pipe, not a file" | "it is a socket, not a file" | "it is a device, not a file" | "it is something special, not a file" | "the link leads back to {path}, a loop" | "the link leads nowhere" | "the household has no field `{field}`; it has {fields}" | "the household has defined no field `{field}`, nor any other" | "`{field}` holds numbers: write 5, >5 or 3..8" | "`{field}` holds days: write 2019-07-14, 2019-07, <2019 or 2018..2019" | "its original was being purged: import it again";
            /** @description What stands where. */
            values: {
                [key: string]: string;
            };
        };
        /** @description A search with a name. */
        SavedSearch: {
            /** @description What it is called. */
            name: string;
            /** @description The query. */
            query: string;
        };
        /** @description How the latest scrub went, or goes: every original hashed again, what is damaged repaired. */
        ScrubBody: {
            /**
             * Format: int64
             * @description Originals that were hashed.
             */
            checked: number;
            /** @description When the latest was through; `null` before the first. */
            finished_at?: string | null;
            /**
             * Format: int64
             * @description Originals that are damaged or missing on this device, and that nobody could give.
             */
            missing: number;
            /**
             * Format: int64
             * @description Originals and previews that were damaged and are whole again.
             */
            repaired: number;
            /** @description Whether one is under way. */
            running: boolean;
        };
        /** @description One page of results. */
        SearchResults: {
            facets?: null | components["schemas"]["FacetsBody"];
            /**
             * Format: int64
             * @description The chain height that the records show.
             */
            height: number;
            /** @description The cursor of the next page, when there is one. */
            next?: string | null;
            /** @description This page. */
            photos: components["schemas"]["PhotoCard"][];
            /**
             * Format: double
             * @description Milliseconds that the search took.
             */
            took_ms: number;
            /**
             * Format: int64
             * @description All photos that match, on this page or not.
             */
            total: number;
        };
        /** @description The household's saved searches. */
        Searches: {
            /** @description By name. */
            searches: components["schemas"]["SavedSearch"][];
        };
        /** @description What signs one in. */
        SessionBody: {
            /** @description The token in the library's file `api-token`. */
            token: string;
        };
        /**
         * @description Whether what is shown is in the chain already.
         * @enum {string}
         */
        State: "committed" | "pending";
        /** @description Something that may be meant. */
        SuggestionBody: {
            /**
             * Format: int64
             * @description Photos that have exactly this.
             */
            count: number;
            /** @description `tag`, `album`, `person`, `place`, `camera` or `field.NAME`. */
            field: string;
            /** @description What to search for there; empty with a field of the household's own. */
            name: string;
            /** @description The query that says so. */
            query: string;
        };
        /** @description What may be meant. */
        Suggestions: {
            /** @description At most ten, what most photos have first. */
            suggestions: components["schemas"]["SuggestionBody"][];
        };
        /** @description The household's tags. */
        Tags: {
            /** @description By name; a count is of photos with exactly this tag. */
            tags: components["schemas"]["Counted"][];
        };
        /** @description A task that a device holds. */
        TaskBody: {
            /** @description The device that does it, by its id. */
            device: string;
            /** @description That device's name; `null` if it has left the household. */
            name?: string | null;
            /** @description What it is called. */
            task: string;
            /**
             * Format: int64
             * @description The height of the claim.
             */
            token: number;
            /** @description When another device may take it, unless it is done or renewed before. */
            until: string;
        };
        /** @description What is being done once for the household. */
        Tasks: {
            bucket?: null | components["schemas"]["BucketBody"];
            /** @description Tasks that a device holds, by name. */
            tasks: components["schemas"]["TaskBody"][];
        };
        /** @description How many photos each month has. */
        Timeline: {
            /**
             * Format: int64
             * @description The chain height that this shows.
             */
            height: number;
            /** @description Newest first; months without photos are absent. */
            months: components["schemas"]["MonthCount"][];
            /**
             * Format: int64
             * @description Photos not in the trash.
             */
            total: number;
        };
        /** @description What became of an undo. */
        UndoDone: {
            /** @description When it had been done, by that device's clock. */
            at?: string | null;
            change?: null | components["schemas"]["ChangeBody"];
            /**
             * Format: int64
             * @description The height that shows it; this device's height when pending.
             */
            height: number;
            label?: null | components["schemas"]["MovedBody"];
            /**
             * Format: int64
             * @description Photos on which later writers stand, so that nothing was taken back.
             */
            skipped: number;
            /** @description Whether the undo is in the chain. */
            state: components["schemas"]["State"];
            /**
             * Format: int64
             * @description Photos on which something was taken back; while the undo is pending, as it stands on this
             *     device.
             */
            undone: number;
            /** @description What sort of action was undone. */
            what: components["schemas"]["UndoneWhat"];
        };
        /**
         * @description What sort of action was undone.
         * @enum {string}
         */
        UndoneWhat: "added" | "changed" | "label";
        /**
         * @description Whether the bytes were new.
         * @enum {string}
         */
        UploadStatus: "added" | "duplicate";
        /** @description What became of an upload. */
        Uploaded: {
            /**
             * Format: int64
             * @description The height that shows it.
             */
            height: number;
            /** @description SHA-256 of the bytes, hex. */
            id: string;
            /** @description Whether the record is in the chain. */
            state: components["schemas"]["State"];
            /** @description Whether the bytes were new. */
            status: components["schemas"]["UploadStatus"];
        };
        /** @description A value and who wrote it. */
        WrittenBody: {
            /** @description Whose edit it was. */
            device: string;
            /** @description That device's name; `null` where the chain does not say. */
            device_name?: string | null;
            /** @description The edit's id. */
            edit: string;
            /** @description The field's name, as in a change. */
            field: string;
            /**
             * Format: int64
             * @description The block that holds the edit; `null` while it is pending.
             */
            height?: number | null;
            /** @description The value, as in a change. */
            value: Record<string, never>;
        };
    };
    responses: {
        /** @description What went wrong */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /**
                     * Format: int32
                     * @description For `bad_query`: the position in the query, in characters from 0.
                     */
                    at?: number | null;
                    /** @description Stable name of the kind of problem, for programs. */
                    code: string;
                    /** @description What happened, to what, and what to do. */
                    detail: string;
                    said?: null | components["schemas"]["SaidBody"];
                    /**
                     * Format: int32
                     * @description The HTTP status.
                     */
                    status: number;
                    /** @description The HTTP status in words. */
                    title: string;
                    /** @description A URI that names the kind of problem: `urn:kinfolio:problem:CODE`. */
                    type: string;
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    albums: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Albums"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    make_albums: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLabel"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    remove_albums: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description percent-encoded, `/` as `%2F` */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rename_albums: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description percent-encoded, `/` as `%2F` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    groups: {
        parameters: {
            query?: {
                /** @description Groups to pass over. */
                skip?: number;
                /** @description Groups on this page, 1 to 500; 50 unless told. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlikeBody"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    keep_best: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeepBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    devices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberBody"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    recover: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecoverBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveredBody"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    remove_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The device's id, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HouseholdChanged"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    change_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The device's id, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HouseholdChanged"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    follow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The device's id, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    apply: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditsBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    stream: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    exports: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exports"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    start_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportBody"];
            };
        };
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportJob"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    export_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The export's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportJob"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    cancel_export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The export's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportJob"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    fields: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fields"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    define_field: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FieldBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Defined"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    remove_field: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the field's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Defined"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    change_field: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the field's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FieldChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Defined"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    upload: {
        parameters: {
            query: {
                /** @description The file's name, kept as a name; never used as a path. */
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": number[];
            };
        };
        responses: {
            /** @description Its bytes were here already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Uploaded"];
                };
            };
            /** @description Stored */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Uploaded"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HouseholdBody"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    change_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HouseholdChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HouseholdChanged"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryKeyBody"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    save: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecoveryKeyFile"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imports"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportBody"];
            };
        };
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportJob"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportJob"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportJob"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    invitations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationListed"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    invite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationMade"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    withdraw: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The invitation's id, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    let_in: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The invitation's id, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LetIn"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerStatus"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    blocks: {
        parameters: {
            query?: {
                /** @description The first height; 0 unless told. */
                from?: number;
                /** @description At most this many, 1 to 100,000; 100 unless told. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BlockBody"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    block: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The block's height */
                height: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BlockDetail"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    append: {
        parameters: {
            query?: {
                /** @description `pending` answers when the entry is durable on this device at least. */
                wait?: "committed" | "pending";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": number[];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryBody"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    proof: {
        parameters: {
            query?: {
                /** @description An edit, as its receipt names it. */
                edit?: string;
                /** @description The height of its block; spares looking for it. */
                height?: number;
                /** @description The height of an older tip. */
                from?: number;
                /** @description The height of a newer one; the present tip unless told. */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    map: {
        parameters: {
            query: {
                /** @description `south,west,north,east` in degrees; west greater than east crosses the date line. */
                bbox: string;
                /** @description Zoom as of web maps, 0 to 20. */
                zoom: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MapBody"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["People"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    make_people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLabel"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    remove_people: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description percent-encoded, `/` as `%2F` */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rename_people: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description percent-encoded, `/` as `%2F` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    record: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description SHA-256 of the original, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoRecord"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description SHA-256 of the original, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoEdited"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description SHA-256 of the original, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    original: {
        parameters: {
            query?: never;
            header?: {
                /** @description One range of bytes */
                Range?: string | null;
            };
            path: {
                /** @description SHA-256 of the original, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": number[];
                };
            };
            /** @description The range asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": number[];
                };
            };
            /** @description You have it */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    sidecar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description SHA-256 of the original, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/rdf+xml": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    thumbnail: {
        parameters: {
            query?: {
                /** @description Longest edge in px: 256 (unless told) or 1080. */
                size?: number;
            };
            header?: never;
            path: {
                /** @description SHA-256 of the original, hex */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": number[];
                };
            };
            /** @description You have it */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    places: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Places"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    purge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PurgeBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    search: {
        parameters: {
            query?: {
                /** @description The query; empty: every photo not in the trash. */
                q?: string;
                /** @description Photos per page, 1 to 20,000; 100 unless told. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /**
                 * @description `newest`, `oldest` or `relevance`; unless told, by relevance when words are searched and
                 *     else newest first.
                 */
                sort?: "newest" | "oldest" | "relevance";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResults"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    searches: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Searches"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    save_search: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SavedSearch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Defined"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    forget_search: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description what it is called, percent-encoded */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Defined"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    begin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionBody"];
            };
        };
        responses: {
            /** @description Signed in */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    suggestions: {
        parameters: {
            query: {
                /** @description The beginning of a word. */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Suggestions"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    tags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tags"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    make_tags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLabel"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    remove_tags: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description percent-encoded, `/` as `%2F` */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rename_tags: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description percent-encoded, `/` as `%2F` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditsDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    claimed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tasks"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    months: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeline"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    month: {
        parameters: {
            query?: {
                /** @description Photos to pass over, from the newest on. */
                from?: number;
                /** @description Photos of this answer; all unless told. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description yyyy-mm */
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Month"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    days: {
        parameters: {
            query?: {
                /** @description Photos to pass over, from the newest on. */
                from?: number;
                /** @description Photos of this answer; all unless told. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description yyyy-mm */
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MonthDays"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    undo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
