//! What is said of a wrong query.

kinfolio_said::sentences! {
    TOO_LONG = "the query is {length} characters long; at most {max} are allowed";
    TOO_DEEP = "the query is nested more than {max} deep";
    TOO_MANY = "the query has more than {max} words and fields";
    CLOSES_NOTHING = "this `)` closes nothing; remove it or put a `(` before";
    NOT_CLOSED = "this `(` is not closed; add a `)`";
    NOTHING_BETWEEN = "there is nothing between `(` and `)`";
    OR_RIGHT = "`OR` needs something on its right";
    OR_LEFT = "`OR` needs something on its left";
    LONE_MINUS = "`-` must stand right before what it leaves out";
    QUOTE_NOT_CLOSED = "this quotation mark is not closed; add a `\"`";
    QUOTE_PARENTHESES = "put a value with parentheses in quotes, as in {field}:\"a (b)\"";
    QUOTE_WHOLE = "put the whole value in quotes, as in {field}:\"a b\"";
    NO_LETTER = "`{given}` holds no letter or digit to search for";
    FIELD_NAMELESS = "the name of a field is missing before this `:`";
    FIELD_UNKNOWN = "there is no field `{given}`; the fields are {fields} (put words with a colon in quotes)";
    VALUE_MISSING = "a value is missing after `{field}:`";
    TAG_EMPTY_PART = "the tag has an empty part beside a `/`";
    OWN_NAMELESS = "the field's name is missing between `field.` and `:`";
    OWN_NOT_COMPARED = "`{given}` compares with no number or day; write >12, 3..5, <2019-07 or 2018..2019";
    HAS = "after `has:` stands gps, caption, conflict, tags, albums or people";
    IS = "after `is:` stands favorite, trashed, pending, video or duplicate";
    OUT_OF_RANGE = "`{given}` is not between 0 and {max}";
    NO_NUMBER = "`{given}` is not a whole number; write 400, >400, <=400 or 100..400";
    BACKWARDS = "the range {given} runs backwards";
    NEAR = "write it as near:48.85,2.35,10km (latitude, longitude, distance)";
    IN = "write it as in:48,2,49,3 (south, west, north, east)";
    SOUTH_NORTH = "the south is north of the north; write south,west,north,east";
    NO_LATITUDE = "`{given}` is not a latitude from -90 to 90";
    NO_LONGITUDE = "`{given}` is not a longitude from -180 to 180";
    NO_UNIT = "`{given}` is not a unit; write km, m or mi";
    NO_DISTANCE = "`{given}` is not a distance; write 10km or 500m";
    NO_DATE = "`{given}` is not a date; write 2019, 2019-07, 2019-07-14 or 2019-07..2019-08";
}
