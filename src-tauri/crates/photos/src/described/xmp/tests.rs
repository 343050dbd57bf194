//! What the programs of the world write is read as they meant it.

use super::*;

/// A packet with these properties inside one description with these attributes.
fn packet(attributes: &str, properties: &str) -> String {
    format!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
  xmlns:digiKam="http://www.digikam.org/ns/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
  xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0" xmlns:exif="http://ns.adobe.com/exif/1.0/"
  xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
  xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
  xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
  xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
  xmlns:MP="http://ns.microsoft.com/photo/1.2/"
  xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
  xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#" {attributes}>
{properties}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"#
    )
}

fn said(attributes: &str, properties: &str) -> Account {
    read(packet(attributes, properties).as_bytes()).unwrap()
}

fn bag(name: &str, items: &[&str]) -> String {
    let items: String = items
        .iter()
        .map(|item| format!("<rdf:li>{item}</rdf:li>"))
        .collect();
    format!("<{name}><rdf:Bag>{items}</rdf:Bag></{name}>")
}

#[test]
fn lightroom_and_digikam_mean_the_same_tags() {
    let lightroom = [
        bag("dc:subject", &["Paris", "Family", "Tom &amp; Anna"]),
        bag("lr:hierarchicalSubject", &["Places|France|Paris", "Family"]),
    ];
    let account = said("", &lightroom.concat());
    assert_eq!(account.tags, ["Places/France/Paris", "Family"]);
    assert_eq!(account.keywords, ["Paris", "Family", "Tom & Anna"]);
    let digikam = bag(
        "digiKam:TagsList",
        &[
            "Places/France/Paris",
            "_Digikam_Internal_Tags_/Pick Label None",
        ],
    );
    assert_eq!(said("", &digikam).tags, ["Places/France/Paris"]);
    let darktable = [
        bag("dc:subject", &["darktable", "format", "cr2", "Paris"]),
        bag("lr:hierarchicalSubject", &["darktable|format|cr2", "Paris"]),
    ];
    let account = said("", &darktable.concat());
    assert_eq!(
        (account.tags, account.keywords),
        (vec!["Paris".to_owned()], vec!["Paris".to_owned()])
    );
    let windows = bag(
        "MicrosoftPhoto:LastKeywordXMP",
        &["Places/France", "Family"],
    );
    let account = said("", &windows);
    assert_eq!(account.tags, ["Places/France"]);
    assert_eq!(account.keywords, ["Family"]);
}

#[test]
fn stars_are_counted_from_one_to_five() {
    fn check(attributes: &str, expect: Option<u8>) {
        assert_eq!(said(attributes, "").rating, expect, "{attributes}");
    }
    check(r#"xmp:Rating="4""#, Some(4));
    check(r#"xmp:Rating="5.0""#, Some(5));
    check(r#"xmp:Rating="0""#, None);
    check(r#"xmp:Rating="-1""#, None);
    check(r#"xmp:Rating="many""#, None);
    for (percent, stars) in [("1", 1), ("25", 2), ("50", 3), ("75", 4), ("99", 5)] {
        check(
            &format!(r#"MicrosoftPhoto:Rating="{percent}""#),
            Some(stars),
        );
    }
    check(r#"MicrosoftPhoto:Rating="0""#, None);
    assert_eq!(said("", "<xmp:Rating>3</xmp:Rating>").rating, Some(3));
    assert_eq!(
        said(
            "",
            "<xmp:Rating><rdf:Description rdf:value='3'/></xmp:Rating>"
        )
        .rating,
        Some(3)
    );
    assert_eq!(
        said(
            "",
            "<xmp:Rating rdf:parseType='Resource'><rdf:value>3</rdf:value></xmp:Rating>"
        )
        .rating,
        Some(3)
    );
}

#[test]
fn captions_prefer_the_default_language_and_descriptions() {
    fn check(properties: &str, expect: Option<&str>) {
        assert_eq!(
            said("", properties).caption.as_deref(),
            expect,
            "{properties}"
        );
    }
    let title =
        "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Title</rdf:li></rdf:Alt></dc:title>";
    let both = r#"<dc:description><rdf:Alt><rdf:li xml:lang="de-DE">Am Meer</rdf:li>
        <rdf:li xml:lang="x-default">By the &lt;sea&gt;&#10;<![CDATA[& so on]]></rdf:li></rdf:Alt></dc:description>"#;
    check(both, Some("By the <sea>\n& so on"));
    check(&[title, both].concat(), Some("By the <sea>\n& so on"));
    check(title, Some("Title"));
    check("<dc:description>Plain</dc:description>", Some("Plain"));
    check(
        "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'> </rdf:li></rdf:Alt></dc:description>",
        None,
    );
}

#[test]
fn places_are_read_in_both_spellings() {
    fn check(lat: &str, lon: &str, expect: Option<(f64, f64)>) {
        let attributes = format!(r#"exif:GPSLatitude="{lat}" exif:GPSLongitude="{lon}""#);
        let found = said(&attributes, "").position;
        match (found, expect) {
            (Some(found), Some((lat, lon))) => {
                assert!(
                    (found.lat - lat).abs() < 1e-9 && (found.lon - lon).abs() < 1e-9,
                    "{found:?}"
                );
            }
            (found, expect) => assert_eq!(found.is_some(), expect.is_some(), "{lat} {lon}"),
        }
    }
    check("52,30.06N", "13,24.0E", Some((52.501, 13.4)));
    check("52,30,36S", "13,24,0W", Some((-52.51, -13.4)));
    check("-52.5", "13.4", Some((-52.5, 13.4)));
    check("52.5n", "13.4e", Some((52.5, 13.4)));
    check("91,0N", "13,0E", None);
    check("52,30N", "nowhere", None);
    check("52,-30N", "13,0E", None);
    check("1,2,3,4N", "13,0E", None);
    check("", "", None);
    let height = said(r#"exif:GPSAltitude="4305/10" exif:GPSAltitudeRef="1""#, "");
    assert_eq!(height.altitude_m, Some(-430.5));
    assert_eq!(said(r#"exif:GPSAltitude="1/0""#, "").altitude_m, None);
}

#[test]
fn the_moment_comes_before_the_file() {
    let account = said(
        r#"xmp:CreateDate="2020-01-01T10:00:00Z" photoshop:DateCreated="2019-07-31T23:59:30+02:00""#,
        "",
    );
    assert_eq!(
        account.original,
        taken::from_iso("2019-07-31T23:59:30+02:00")
    );
    assert_eq!(account.created, taken::from_iso("2020-01-01T10:00:00Z"));
    let account = said(
        r#"exif:DateTimeOriginal="2019-07-31T23:59:30" photoshop:DateCreated="2018-01-01""#,
        "",
    );
    assert_eq!(account.original, taken::from_iso("2019-07-31T23:59:30"));
}

#[test]
fn people_are_named_in_three_ways() {
    let region = |name: &str, kind: &str| {
        format!(
            r#"<rdf:li><rdf:Description mwg-rs:Name="{name}" mwg-rs:Type="{kind}">
            <mwg-rs:Area stArea:x="0.5" stArea:y="0.5"/></rdf:Description></rdf:li>"#
        )
    };
    let nested = "<rdf:li rdf:parseType='Resource'><mwg-rs:Name>Cleo</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>";
    let regions = format!(
        "<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag>{}{}{nested}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>",
        region("Bert", "Face"),
        region("Rex", "Pet"),
    );
    let windows = r#"<MP:RegionInfo><rdf:Description><MPRI:Regions><rdf:Bag>
        <rdf:li MPReg:PersonDisplayName="Dora" MPReg:Rectangle="0, 0, 1, 1"/>
        <rdf:li><rdf:Description MPReg:PersonDisplayName="Anna"/></rdf:li>
        <rdf:li MPReg:Rectangle="0, 0, 1, 1"/></rdf:Bag></MPRI:Regions></rdf:Description></MP:RegionInfo>"#;
    let named = bag("Iptc4xmpExt:PersonInImage", &["Anna"]);
    let account = said("", &[named, regions, windows.to_owned()].concat());
    assert_eq!(account.people, ["Anna", "Bert", "Cleo", "Dora"]);
}

#[test]
fn names_count_by_their_namespace_only() {
    let odd = r#"<R:RDF xmlns:R="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <R:Description xmlns="http://purl.org/dc/elements/1.1/" xmlns:q="http://ns.adobe.com/xap/1.0/" q:Rating="2">
        <subject><R:Seq><R:li>one</R:li></R:Seq></subject></R:Description>
        <R:Description xmlns:dc="http://example.org/"><dc:subject>other</dc:subject></R:Description>
        <R:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject>two</dc:subject></R:Description></R:RDF>"#;
    let account = read(odd.as_bytes()).unwrap();
    assert_eq!(
        (account.keywords.as_slice(), account.rating),
        (&["one".to_owned(), "two".to_owned()][..], Some(2))
    );
    let wide = |order: fn(u16) -> [u8; 2]| {
        let text = format!("\u{feff}{odd}");
        text.encode_utf16().flat_map(order).collect::<Vec<u8>>()
    };
    assert_eq!(read(&wide(u16::to_le_bytes)).unwrap(), account);
    assert_eq!(read(&wide(u16::to_be_bytes)).unwrap(), account);
}

#[test]
fn what_is_broken_is_said_and_bounded() {
    fn check(xml: &str, expect: &str) {
        let error = read(xml.as_bytes()).unwrap_err();
        assert!(error.contains(expect), "{error}");
    }
    check("<a><b></a>", "at byte");
    check("<a>", "it ends before");
    check(&packet("", "<dc:subject>"), "");
    check(&"<a>".repeat(70), "nested too deeply");
    check(
        &format!("<a>{}", "<b xmlns:p='q'>".repeat(63)),
        "it ends before",
    );
    let bindings: String = (0..300).map(|n| format!(" xmlns:p{n}='q'")).collect();
    check(&format!("<a{bindings}/>"), "too many namespaces");
    assert!(
        read(&vec![b' '; INPUT_MAX + 1])
            .unwrap_err()
            .contains("too large")
    );
    // A bomb stays what it is written as: nothing.
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>"#;
    let said = read(
        format!(
            "{bomb}{}",
            packet("", "<dc:description>x&b;y</dc:description>")
        )
        .as_bytes(),
    );
    assert_eq!(said.unwrap().caption.as_deref(), Some("xy"));
    for silent in ["", "no XML at all", "<a/>", "\0\0"] {
        assert_eq!(
            read(silent.as_bytes()),
            Ok(Account::default()),
            "{silent:?}"
        );
    }
    let many: Vec<String> = (0..100_000).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let account = said_of(&bag("dc:subject", &many));
    assert_eq!(account.keywords.len(), crate::described::NAMES_MAX);
    // What is not wanted costs nothing, however long: Photoshop lists a photo's ancestors.
    let ancestors = bag("photoshop:DocumentAncestors", &many);
    let account = said_of(&[ancestors, bag("dc:subject", &["kept"])].concat());
    assert_eq!(account.keywords, ["kept"]);
}

fn said_of(properties: &str) -> Account {
    said("", properties)
}

#[test]
fn cut_and_bent_packets_do_no_harm() {
    let whole = packet(
        r#"xmp:Rating="4" exif:GPSLatitude="52,30N""#,
        &[
            bag("dc:subject", &["a", "b"]),
            bag("lr:hierarchicalSubject", &["c|d"]),
        ]
        .concat(),
    )
    .into_bytes();
    for length in 0..whole.len() {
        let _ = read(&whole[..length]);
        let mut bent = whole.clone();
        bent[length] ^= 0x15;
        let _ = read(&bent);
    }
}
