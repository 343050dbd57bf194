//! What only a library can say of a query, and of a file to import; and all that is said in sentences
//! that a page can say in its own language.

use kinfolio_said::Sentence;

kinfolio_said::sentences! {
    NO_FIELD = "the household has no field `{field}`; it has {fields}";
    NO_FIELDS = "the household has defined no field `{field}`, nor any other";
    NUMBERS = "`{field}` holds numbers: write 5, >5 or 3..8";
    DAYS = "`{field}` holds days: write 2019-07-14, 2019-07, <2019 or 2018..2019";
    PURGED = "its original was being purged: import it again";
}

/// The sentences of all crates below, and those of this one.
pub fn of_all_crates() -> impl Iterator<Item = Sentence> {
    let below = [
        kinfolio_search::sentences::ALL,
        kinfolio_photos::pipeline::sentences::ALL,
    ];
    below.into_iter().chain([ALL]).flatten().copied()
}
