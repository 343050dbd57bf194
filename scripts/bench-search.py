#!/usr/bin/env python3
"""Answers the questions of `search_bench ask` with SQLite: FTS5 and R*Tree, as Debian builds it.

    bench-search.py RECORDS QUESTIONS DATABASE

Prints JSON: how fast the database was made, its size, how long each kind of question takes, and each
question that means the same here and there and whose answer differs. A page is the hundred newest with
their records; beside it stands how many there are in all, as in our answers. Facets are not counted
here, and words come by time rather than by relevance: both make it easier for SQLite.
"""
import json
import math
import os
import sqlite3
import sys
import time

PAGE = 100
EARTH_M = 6371008.8
LOADED_TOGETHER = 10_000

TABLES = """
CREATE TABLE photo(n INTEGER PRIMARY KEY, id BLOB, taken INTEGER, rating INTEGER, iso INTEGER, lat REAL, lon REAL);
CREATE TABLE record(n INTEGER PRIMARY KEY, record TEXT);
CREATE TABLE tag(path TEXT, taken INTEGER, id BLOB, n INTEGER, PRIMARY KEY(path, taken, id)) WITHOUT ROWID;
CREATE VIRTUAL TABLE place USING rtree(n, south, north, west, east);
CREATE VIRTUAL TABLE words USING fts5(name, caption, tags, albums, people, place, camera, lens,
    content='', prefix='1 2 3', tokenize="unicode61 remove_diacritics 2");
"""
INDEXES = """
CREATE INDEX photo_by_time ON photo(taken, id);
CREATE INDEX photo_by_rating ON photo(rating, taken, id);
CREATE INDEX photo_by_iso ON photo(iso, taken, id);
CREATE INDEX photo_by_gps ON photo(taken, id) WHERE lat IS NOT NULL;
"""


def above(tag):
    """A tag and everything above it."""
    parts = tag.split("/")
    return ("/".join(parts[: end + 1]) for end in range(len(parts)))


def load(database, path):
    rows = {"photo": [], "record": [], "tag": [], "place": [], "words": []}
    insert = {
        "photo": "INSERT INTO photo VALUES(?,?,?,?,?,?,?)",
        "record": "INSERT INTO record VALUES(?,?)",
        "tag": "INSERT OR IGNORE INTO tag VALUES(?,?,?,?)",
        "place": "INSERT INTO place VALUES(?,?,?,?,?)",
        "words": "INSERT INTO words(rowid, name, caption, tags, albums, people, place, camera, lens)"
        " VALUES(?,?,?,?,?,?,?,?,?)",
    }

    def flush():
        with database:
            for table, some in rows.items():
                database.executemany(insert[table], some)
                some.clear()

    n = 0
    for n, line in enumerate(open(path, encoding="utf-8"), 1):
        one = json.loads(line)
        photo, taken = bytes.fromhex(one["id"]), one["taken"]
        lat, lon = one["position"] or (None, None)
        rows["photo"].append((n, photo, taken, one["rating"], one["iso"], lat, lon))
        rows["record"].append((n, line))
        rows["tag"].extend((path, taken, photo, n) for tag in one["tags"] for path in above(tag))
        if lat is not None:
            rows["place"].append((n, lat, lat, lon, lon))
        texts = (" . ".join(one[name]) for name in ("tags", "albums", "people", "place"))
        rows["words"].append((n, one["name"], one["caption"], *texts, one["camera"], one["lens"]))
        if n % LOADED_TOGETHER == 0:
            flush()
    flush()
    with database:
        database.executescript(INDEXES)
        database.execute("INSERT INTO words(words) VALUES('optimize')")
        database.execute("ANALYZE")
    return n


def around(lat, lon, metres):
    """A rectangle around a circle: south, north, and one or two spans of longitude."""
    angle = metres / EARTH_M * (1 + 1e-9) + 1e-12
    south, north = lat - math.degrees(angle), lat + math.degrees(angle)
    widest = math.sin(angle) / math.cos(math.radians(lat))
    if south <= -90 or north >= 90 or widest >= 1:
        return south, north, [(-180, 180)]
    reach = math.degrees(math.asin(widest)) + 1e-9
    west, east = lon - reach, lon + reach
    if west < -180:
        return south, north, [(west + 360, 180), (-180, east)]
    if east > 180:
        return south, north, [(west, 180), (-180, east - 360)]
    return south, north, [(west, east)]


HAVERSINE = f"""2 * {EARTH_M} * asin(sqrt(min(1.0,
    pow(sin((radians(p.lat) - radians(:lat)) / 2), 2)
    + cos(radians(:lat)) * cos(radians(p.lat)) * pow(sin(radians(p.lon - :lon) / 2), 2))))"""


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def hits(ask):
    """What finds the photos: a FROM and WHERE over `p`, with its values."""
    source, where, values = "photo p", [], {}
    if "words" in ask:
        values["match"] = " ".join(map(quoted, ask["words"]))
    elif "phrase" in ask:
        values["match"] = quoted(ask["phrase"])
    elif "prefix" in ask:
        values["match"] = quoted(ask["prefix"]) + "*"
    elif "place" in ask:
        values["match"] = "place : " + quoted(ask["place"]) + "*"
    if "tag" in ask:
        # Its own index is in the order of time.
        source = "tag p"
        where.append("p.path = :tag")
        values["tag"] = ask["tag"]
    if "match" in values:
        where.append("p.n IN (SELECT rowid FROM words WHERE words MATCH :match)")
    if "taken" in ask:
        where.append("p.taken >= :from AND p.taken < :to")
        values["from"], values["to"] = ask["taken"]
    if "rating" in ask:
        where.append("p.rating >= :rating")
        values["rating"] = ask["rating"]
    if "iso" in ask:
        where.append("p.iso BETWEEN :low AND :high")
        values["low"], values["high"] = ask["iso"]
    if "gps" in ask:
        where.append("p.lat IS NOT NULL")
    if "not_tag" in ask:
        where.append("NOT EXISTS (SELECT 1 FROM tag t WHERE t.path = :not AND t.taken = p.taken AND t.id = p.id)")
        values["not"] = ask["not_tag"]
    if "any_tag" in ask:
        where.append("p.n IN (SELECT n FROM tag WHERE path IN (:one, :other))")
        values["one"], values["other"] = ask["any_tag"]
    if "box" in ask:
        south, west, north, east = ask["box"]
        where.append("p.n IN (SELECT n FROM place WHERE north >= :south AND south <= :north AND east >= :west AND west <= :east)")
        where.append("p.lat BETWEEN :south AND :north AND p.lon BETWEEN :west AND :east")
        values |= {"south": south, "west": west, "north": north, "east": east}
    if "near" in ask:
        lat, lon, metres = ask["near"]
        south, north, spans = around(lat, lon, metres)
        values |= {"lat": lat, "lon": lon, "metres": metres, "south": south, "north": north}
        parts = []
        for at, (west, east) in enumerate(spans):
            parts.append(f"SELECT n FROM place WHERE north >= :south AND south <= :north AND east >= :w{at} AND west <= :e{at}")
            values |= {f"w{at}": west, f"e{at}": east}
        where.append(f"p.n IN ({' UNION ALL '.join(parts)})")
        where.append(f"{HAVERSINE} <= :metres")
    return source, " AND ".join(where) or "1", values


def answer(database, ask):
    """How many there are, and the records of the first page with their ids."""
    source, where, values = hits(ask)
    page = where
    if "after" in ask:
        taken, photo = ask["after"]
        page = "(p.taken, p.id) < (:taken, :after)"
        values["taken"], values["after"] = taken, bytes.fromhex(photo)
    (total,) = database.execute(f"SELECT count(*) FROM {source} WHERE {where}", values).fetchone()
    found = database.execute(
        f"""SELECT h.id, r.record FROM (SELECT p.id, p.taken, p.n FROM {source} WHERE {page}
            ORDER BY p.taken DESC, p.id DESC LIMIT {PAGE}) h JOIN record r USING(n) ORDER BY h.taken DESC, h.id DESC""",
        values,
    ).fetchall()
    return total, [photo.hex() for photo, _ in found]


def quantile(times, percent):
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


def main():
    records, questions, path = sys.argv[1:]
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-262144;" + TABLES)
    began = time.perf_counter()
    count = load(database, records)
    took = time.perf_counter() - began
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA cache_size=-262144")
    times, totals, differ = {}, {}, []
    for line in open(questions, encoding="utf-8"):
        asked = json.loads(line)
        if asked["kind"] == "a word with a typo":
            continue
        began = time.perf_counter()
        total, page = answer(database, asked["ask"])
        times.setdefault(asked["kind"], []).append((time.perf_counter() - began) * 1e3)
        totals.setdefault(asked["kind"], []).append(total)
        ends = (page[0], page[-1]) if page else (None, None)
        if asked["same"] and (total, *ends) != (asked["total"], asked["first"], asked["last"]):
            differ.append({"question": asked, "total": total, "first": ends[0], "last": ends[1]})
    print(
        json.dumps(
            {
                "sqlite": sqlite3.sqlite_version,
                "records_per_s": round(count / took),
                "bytes": os.path.getsize(path),
                "kinds": {
                    kind: {f"p{percent}_ms": quantile(some, percent) for percent in (50, 95, 99)}
                    for kind, some in times.items()
                },
                "found_mean": {kind: sum(some) / len(some) for kind, some in totals.items()},
                "differ": differ[:20],
                "differing": len(differ),
            }
        )
    )


if __name__ == "__main__":
    main()
