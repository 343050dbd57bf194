//! The properties of an XMP packet that matter here, as small trees: RDF's many ways of writing
//! the same (attributes or elements, `parseType`, nested descriptions, any prefix) are one here.
//!
//! Entities are not expanded but for the five of XML itself, declarations of them are passed over,
//! and depth, bindings and nodes are bounded. It does not know what a property means.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

/// Deepest element.
const DEPTH_MAX: usize = 64;
/// Most namespace prefixes that are bound at once.
const BINDINGS_MAX: usize = 256;
/// Most nodes that are kept of one packet.
const NODES_MAX: usize = 20_000;

/// Who defines a name. Prefixes are only fashion; the address counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace {
    Rdf,
    Dc,
    Lightroom,
    DigiKam,
    Microsoft,
    Xmp,
    Exif,
    Photoshop,
    Iptc,
    Regions,
    MicrosoftPeople,
    Kinfolio,
    Other,
}

impl Namespace {
    fn of(address: &str) -> Self {
        match address {
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#" => Self::Rdf,
            "http://purl.org/dc/elements/1.1/" => Self::Dc,
            "http://ns.adobe.com/lightroom/1.0/" => Self::Lightroom,
            "http://www.digikam.org/ns/1.0/" => Self::DigiKam,
            "http://ns.microsoft.com/photo/1.0" | "http://ns.microsoft.com/photo/1.0/" => {
                Self::Microsoft
            }
            "http://ns.adobe.com/xap/1.0/" => Self::Xmp,
            "http://ns.adobe.com/exif/1.0/" => Self::Exif,
            "http://ns.adobe.com/photoshop/1.0/" => Self::Photoshop,
            "http://iptc.org/std/Iptc4xmpExt/2008-02-29/" => Self::Iptc,
            "http://www.metadataworkinggroup.com/schemas/regions/" => Self::Regions,
            "http://ns.microsoft.com/photo/1.2/"
            | "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
            | "http://ns.microsoft.com/photo/1.2/t/Region#" => Self::MicrosoftPeople,
            super::KINFOLIO => Self::Kinfolio,
            _ => Self::Other,
        }
    }
}

/// A property, a field of a structure, or an item of a list.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: (Namespace, String),
    /// `xml:lang`, lower case.
    pub(super) lang: String,
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// The items of a list, or the node itself where a list has only one and is not written as one.
    pub(super) fn items(&self) -> Vec<&Node> {
        let is_list = |node: &&Node| {
            node.name.0 == Namespace::Rdf && matches!(node.name.1.as_str(), "Bag" | "Seq" | "Alt")
        };
        match self.children.iter().find(is_list) {
            Some(list) => list.children.iter().collect(),
            None => vec![self],
        }
    }

    /// The text of a simple value, qualified or not.
    pub(super) fn value(&self) -> &str {
        let qualified = self.field(Namespace::Rdf, "value");
        qualified.map_or(&self.text, |value| &value.text).trim()
    }

    /// A field of a structure.
    pub(super) fn field(&self, namespace: Namespace, local: &str) -> Option<&Node> {
        let nested = |node: &&Node| node.name.0 == Namespace::Rdf && node.name.1 == "Description";
        let of_itself = self
            .children
            .iter()
            .find(|node| node.name.0 == namespace && node.name.1 == local);
        of_itself.or_else(|| {
            let mut descriptions = self.children.iter().filter(nested);
            descriptions.find_map(|nested| nested.field(namespace, local))
        })
    }
}

/// Reads the properties that `wanted` names, in order; an error says what is wrong with the XML.
pub(super) fn properties(
    xml: &str,
    wanted: fn(Namespace, &str) -> bool,
) -> Result<Vec<Node>, String> {
    let mut reading = Reading {
        wanted,
        bindings: Vec::new(),
        open: Vec::new(),
        properties: Vec::new(),
        nodes: 0,
    };
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let place = |reader: &Reader<_>| reader.error_position();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("{error} (at byte {})", place(&reader)))?;
        match event {
            Event::Start(start) => reading.start(&start)?,
            Event::End(_) => reading.end(),
            Event::Text(text) => reading.text(&text.xml10_content()),
            Event::CData(text) => reading.text(&text.xml10_content()),
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(c)) => reading.text(c.encode_utf8(&mut [0; 4])),
                _ => reading.text(known(&entity.xml10_content())),
            },
            Event::Eof if reading.open.is_empty() => return Ok(reading.properties),
            Event::Eof => return Err("it ends before its last element is closed".to_owned()),
            Event::Decl(_)
            | Event::PI(_)
            | Event::Comment(_)
            | Event::DocType(_)
            | Event::Empty(_) => {}
        }
    }
}

/// What an open element is to the reading.
enum Open {
    /// `rdf:Description` at the top: its children are properties.
    Subject,
    /// A property that is wanted, or something inside it.
    Kept(Node),
    /// Anything else; what is inside is passed over where the flag is set.
    Other { skipped: bool },
}

struct Reading {
    wanted: fn(Namespace, &str) -> bool,
    /// Prefix, what it stands for, and the depth at which it was bound.
    bindings: Vec<(String, Namespace, usize)>,
    open: Vec<Open>,
    properties: Vec<Node>,
    nodes: usize,
}

impl Reading {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        if self.open.len() >= DEPTH_MAX {
            return Err("its elements are nested too deeply".to_owned());
        }
        let mut attributes = Vec::new();
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute
                .normalized_value_with(XmlVersion::Implicit1_0, 1, |entity| Some(known(entity)));
            let value = value.map_err(|error| error.to_string())?;
            let key = attribute.key.into_inner();
            if let Some(prefix) = key.strip_prefix("xmlns") {
                let prefix = prefix.trim_start_matches(':').to_owned();
                let depth = self.open.len();
                if self.bindings.len() >= BINDINGS_MAX {
                    return Err("it binds too many namespaces".to_owned());
                }
                self.bindings.push((prefix, Namespace::of(&value), depth));
            } else if self.attributes_matter() && attributes.len() < NODES_MAX {
                attributes.push((key.to_owned(), value.into_owned()));
            }
        }
        let name = self.resolved(element.name().into_inner(), true);
        let opened = match self.open.last() {
            Some(Open::Other { skipped: true }) => Open::Other { skipped: true },
            Some(Open::Kept(_)) => self.kept(name, attributes),
            Some(Open::Subject) if (self.wanted)(name.0, &name.1) => self.kept(name, attributes),
            Some(Open::Subject) => Open::Other { skipped: true },
            None | Some(Open::Other { skipped: false }) => {
                if name.0 == Namespace::Rdf && name.1 == "Description" {
                    self.properties_of(attributes);
                    Open::Subject
                } else {
                    Open::Other { skipped: false }
                }
            }
        };
        self.open.push(opened);
        Ok(())
    }

    fn attributes_matter(&self) -> bool {
        !matches!(self.open.last(), Some(Open::Other { skipped: true }))
    }

    /// Properties that are written as attributes of their description.
    fn properties_of(&mut self, attributes: Vec<(String, String)>) {
        for (key, text) in attributes {
            let name = self.resolved(&key, false);
            if (self.wanted)(name.0, &name.1) && self.nodes < NODES_MAX {
                self.nodes += 1;
                self.properties.push(leaf(name, text));
            }
        }
    }

    fn kept(&mut self, name: (Namespace, String), attributes: Vec<(String, String)>) -> Open {
        if self.nodes >= NODES_MAX {
            return Open::Other { skipped: true };
        }
        self.nodes += 1;
        let mut node = leaf(name, String::new());
        for (key, text) in attributes {
            if key == "xml:lang" {
                node.lang = text.to_lowercase();
                continue;
            }
            let name = self.resolved(&key, false);
            match name {
                (Namespace::Rdf, local) if local == "resource" => node.text = text,
                (Namespace::Rdf, local) if local != "value" => {}
                name if self.nodes < NODES_MAX => {
                    self.nodes += 1;
                    node.children.push(leaf(name, text));
                }
                _ => {}
            }
        }
        Open::Kept(node)
    }

    fn text(&mut self, text: &str) {
        if let Some(Open::Kept(node)) = self.open.last_mut() {
            node.text.push_str(text);
        }
    }

    fn end(&mut self) {
        let closed = self.open.pop();
        let depth = self.open.len();
        while self.bindings.last().is_some_and(|bound| bound.2 >= depth) {
            self.bindings.pop();
        }
        let Some(Open::Kept(node)) = closed else {
            return;
        };
        match self.open.last_mut() {
            Some(Open::Kept(parent)) => parent.children.push(node),
            _ => self.properties.push(node),
        }
    }

    fn resolved(&self, name: &str, is_element: bool) -> (Namespace, String) {
        let (prefix, local) = match name.split_once(':') {
            Some((prefix, local)) => (prefix, local),
            // Without a prefix an attribute belongs to nobody.
            None if !is_element => return (Namespace::Other, name.to_owned()),
            None => ("", name),
        };
        let bound = self.bindings.iter().rev().find(|bound| bound.0 == prefix);
        let namespace = bound.map_or(Namespace::Other, |bound| bound.1);
        (namespace, local.to_owned())
    }
}

/// An entity that XML itself does not know is dropped, not expanded.
fn known(entity: &str) -> &'static str {
    resolve_predefined_entity(entity).unwrap_or_default()
}

fn leaf(name: (Namespace, String), text: String) -> Node {
    Node {
        name,
        lang: String::new(),
        text,
        children: Vec::new(),
    }
}
