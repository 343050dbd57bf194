//! The grammar: what texts mean, and where wrong ones are wrong.

use std::ops::Bound;

use proptest::proptest;

use super::*;

fn tree(text: &str) -> Option<Node> {
    Query::parse(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .root
}

fn words(text: &str) -> Node {
    Node::Words(Words {
        tokens: text.split(' ').map(str::to_owned).collect(),
        prefix: false,
        typos: true,
    })
}

fn cut_short(text: &str) -> Node {
    let Node::Words(words) = words(text) else {
        unreachable!()
    };
    Node::Words(Words {
        prefix: true,
        ..words
    })
}

fn quoted(text: &str) -> Node {
    let Node::Words(words) = words(text) else {
        unreachable!()
    };
    Node::Words(Words {
        typos: false,
        ..words
    })
}

fn tag(path: &str) -> Node {
    Node::Tag(path.to_owned())
}

fn not(node: Node) -> Node {
    Node::Not(Box::new(node))
}

#[test]
fn words_join_and_exclude_and_choose() {
    let check = |text: &str, expect: Node| assert_eq!(tree(text), Some(expect), "{text}");
    check("beach", cut_short("beach"));
    check("beach ", words("beach"));
    check(
        "Été IMG_12",
        Node::And(vec![words("ete"), cut_short("img 12")]),
    );
    check("\"summer of 69\"", quoted("summer of 69"));
    check(
        "a OR b c",
        Node::Or(vec![
            words("a"),
            Node::And(vec![words("b"), cut_short("c")]),
        ]),
    );
    check(
        "(a OR b) c",
        Node::And(vec![Node::Or(vec![words("a"), words("b")]), cut_short("c")]),
    );
    check("a (b)", Node::And(vec![words("a"), words("b")]));
    check("-a", not(cut_short("a")));
    check("-(a b )", not(Node::And(vec![words("a"), words("b")])));
    check("--tag:x", not(not(tag("x"))));
    check(
        "or ORANGE and",
        Node::And(vec![words("or"), words("orange"), cut_short("and")]),
    );
    check("semi-final", cut_short("semi final"));
    check("what?", words("what"));
    assert_eq!(tree(""), None);
    assert_eq!(tree(" \t\n"), None);
}

#[test]
fn fields_take_values() {
    let check = |text: &str, expect: Node| assert_eq!(tree(text), Some(expect), "{text}");
    check("tag:Holiday/Grèce", tag("holiday/grece"));
    check("TAG:x", tag("x"));
    check("tag:\"a (b) \\\"c\\\" \\\\\"", tag("a (b) \"c\" \\"));
    check("tag:12:30", tag("12:30"));
    check("-tag:🎂", not(tag("🎂")));
    check("has:GPS", Node::Flag(Flag::Gps));
    check("is:pending", Node::Flag(Flag::Pending));
    check("type:Raw", Node::Type("raw".to_owned()));
    check("device:laptop", Node::Device("laptop".to_owned()));
    let camera = |prefix| {
        let words = Words {
            tokens: vec!["d70".to_owned()],
            prefix,
            typos: false,
        };
        Node::Within(TextField::Camera, words)
    };
    check("camera:D70 ", camera(true));
    check("camera:\"D70\"", camera(false));
    let include = Bound::Included;
    check("iso:400", Node::Iso((include(400), include(400))));
    check(
        "iso:>800",
        Node::Iso((Bound::Excluded(800), Bound::Unbounded)),
    );
    check("iso:100..400", Node::Iso((include(100), include(400))));
    check("rating:>=4", Node::Rating((include(4), Bound::Unbounded)));
    check(
        "rating:<1",
        Node::Rating((Bound::Unbounded, Bound::Excluded(1))),
    );
    check("rating:<=0", Node::Rating((Bound::Unbounded, include(0))));
    let circle = |radius_m| {
        Node::Near(Circle {
            lat: 48.85,
            lon: -2.35,
            radius_m,
        })
    };
    check("near:48.85,-2.35,10km", circle(10_000.0));
    check("near:48.85,-2.35,10", circle(10_000.0));
    check("near:\"48.85, -2.35, 500 m\"", circle(500.0));
    check("near:48.85,-2.35,2mi", circle(3218.688));
    let rectangle = Rectangle {
        south: -10.0,
        west: 170.0,
        north: 10.5,
        east: -170.0,
    };
    check("in:-10,170,10.5,-170", Node::In(rectangle));
}

#[test]
fn periods_are_whole() {
    let check = |text: &str, start: &str, end: &str| {
        let ms = |text: &str| match text {
            "ever" => i64::MIN,
            "never" => i64::MAX,
            text => text.parse::<kinfolio_catalog::WallTime>().unwrap().wall_ms,
        };
        assert_eq!(tree(text), Some(Node::Taken(ms(start)..ms(end))), "{text}");
    };
    check("taken:2019", "2019-01-01", "2020-01-01");
    check("taken:2019-12", "2019-12-01", "2020-01-01");
    check("taken:2020-02-29", "2020-02-29", "2020-03-01");
    check("taken:2019-07..2019-08", "2019-07-01", "2019-09-01");
    check("taken:2019..2019-02-03", "2019-01-01", "2019-02-04");
    check("taken:<2015", "ever", "2015-01-01");
    check("taken:<=2015-06", "ever", "2015-07-01");
    check("taken:>2015", "2016-01-01", "never");
    check("taken:>=2015-06-30", "2015-06-30", "never");
}

#[test]
fn wrong_queries_say_where_and_why() {
    let check = |text: &str, at: usize, why: &str| {
        let error = Query::parse(text).expect_err(text);
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.said.to_string().contains(why), "{text}: {error}");
    };
    check("tag:", 4, "a value is missing after `tag:`");
    check("x tag: y", 6, "a value is missing");
    check(
        "foo:bar",
        0,
        "there is no field `foo`; the fields are tag, album, person, place, camera",
    );
    check("a 12:30", 2, "there is no field `12`");
    check("http://example.org", 0, "no field `http`");
    check("field:x", 0, "no field `field`");
    check("field.:3", 0, "name is missing");
    check("field.size:", 11, "a value is missing");
    check("field.size:>big", 11, "compares with no number or day");
    check("field.size:5..3", 11, "compares with no number or day");
    check("album:", 6, "a value is missing");
    check("a :b", 2, "name of a field is missing");
    check("é \"abc", 2, "quotation mark is not closed");
    check("tag:\"abc", 4, "quotation mark is not closed");
    check("(a b", 0, "`(` is not closed");
    check("x ((a) b", 2, "`(` is not closed");
    check("(", 0, "`(` is not closed");
    check("a ()", 2, "nothing between");
    check("a ) b", 2, "closes nothing");
    check(")", 0, "nothing");
    check("OR a", 0, "on its left");
    check("a OR", 2, "on its right");
    check("a OR OR b", 2, "on its right");
    check("(a OR )", 3, "on its right");
    check("a - b", 2, "`-` must stand right before");
    check("-", 0, "`-` must stand right before");
    check("a & b", 2, "`&` holds no letter or digit");
    check("\"\"", 0, "holds no letter or digit");
    check("tag:a//b", 4, "empty part");
    check("tag:a(b)", 5, "in quotes, as in tag:\"a (b)\"");
    check("tag:a\"b\"", 5, "whole value in quotes");
    check("camera:---", 7, "holds no letter or digit");
    check("has:x", 4, "gps, caption, conflict, tags, albums or people");
    check(
        "is:odd",
        3,
        "favorite, trashed, pending, video or duplicate",
    );
    check("iso:high", 4, "`high` is not a whole number");
    check("iso:>", 5, "`` is not a whole number");
    check("iso:+5", 4, "not a whole number");
    check("iso:400..100", 4, "runs backwards");
    check("iso:100..x", 9, "`x` is not a whole number");
    check("iso:5000000000", 4, "not a whole number");
    check("rating:6", 7, "not between 0 and 5");
    check("rating:>=9", 9, "not between 0 and 5");
    check("taken:yesterday", 6, "`yesterday` is not a date");
    check("taken:2019-13", 6, "is not a date");
    check("taken:2019-02-30", 6, "is not a date");
    check("taken:2019-02-00", 6, "is not a date");
    check("taken:2019-0é-1", 6, "is not a date");
    check("taken:2019..", 12, "`` is not a date");
    check("taken:2019..2018", 6, "runs backwards");
    check("taken:<=19", 8, "`19` is not a date");
    check("near:48.85,2.35", 5, "write it as near:48.85,2.35,10km");
    check("near:91,2,1km", 5, "`91` is not a latitude from -90 to 90");
    check("near:1,-181,1km", 7, "`-181` is not a longitude");
    check("near:1,2,far", 9, "`far` is not a unit");
    check("near:1,2,-5km", 9, "is not a distance");
    check("near:1,2,5ly", 9, "`ly` is not a unit");
    check("near:nan,2,5km", 5, "`nan` is not a latitude");
    check("near:1e1,2,5km", 5, "is not a latitude");
    check("in:1,2,3", 3, "write it as in:48,2,49,3");
    check("in:3,0,1,0", 3, "south is north");
    check("in:0,0,1,200", 9, "`200` is not a longitude");
}

#[test]
fn queries_are_bounded() {
    let check = |text: &str, why: &str| {
        let error = Query::parse(text).unwrap_err();
        assert!(error.said.to_string().contains(why), "{error}");
    };
    check(&"x".repeat(4_001), "4001 characters long");
    check(&"a ".repeat(101), "more than 100 words");
    check(&format!("{}x", "-".repeat(51)), "nested more than 50");
    check(
        &format!("{}x{}", "(".repeat(51), ")".repeat(51)),
        "nested more than 50",
    );
    check(
        &format!("tag:\"{}\"", "x".repeat(10_000)),
        "characters long",
    );
    assert!(Query::parse(&format!("{}x{}", "(".repeat(50), ")".repeat(50))).is_ok());
}

#[test]
fn words_are_sorted_by_relevance_and_the_rest_by_time() {
    let check = |text: &str, sort| assert_eq!(Query::parse(text).unwrap().default_sort(), sort);
    check("", Sort::Newest);
    check("tag:x camera:y", Sort::Newest);
    check("beach", Sort::Relevance);
    check("tag:x (is:video OR -beach)", Sort::Relevance);
}

proptest! {
    #[test]
    fn no_text_stops_the_parser(text in "([a-z:\"()\\-.,0-9<>= ]|OR |tag:|taken:|near:|é|🎂){0,40}") {
        match Query::parse(&text) {
            Ok(query) => drop(query.default_sort()),
            Err(error) => assert!(error.at <= text.chars().count() && !error.said.to_string().is_empty()),
        }
    }

    #[test]
    fn nor_does_any_other(text in ".{0,60}") {
        drop(Query::parse(&text));
    }
}
