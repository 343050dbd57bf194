//! Changes of photos, and of the labels that they have. Read strictly: half a change is worse than
//! none.

use super::{DecodeError, position_to_wire, proto, time_from_wire, time_to_wire};
use crate::label::{List, Move};
use crate::payload::{Change, ChangeError, LibraryEdit, Position, RATING_MAX};

pub(super) fn to_wire(change: &Change) -> proto::Change {
    let fields = change.fields.iter().map(|(name, value)| proto::FieldValue {
        name: name.clone(),
        value: value.clone(),
    });
    proto::Change {
        add_tags: change.add_tags.clone(),
        remove_tags: change.remove_tags.clone(),
        caption: change.caption.clone(),
        rating: change.rating.map(u32::from),
        favorite: change.favorite,
        taken_at: change.taken_at.map(time_to_wire),
        position: change.position.map(|position| match position {
            Some(position) => proto::change::Position::PositionSet(position_to_wire(position)),
            None => proto::change::Position::PositionClear(proto::Empty {}),
        }),
        trash: change.trash,
        add_albums: change.add_albums.clone(),
        remove_albums: change.remove_albums.clone(),
        add_people: change.add_people.clone(),
        remove_people: change.remove_people.clone(),
        fields: fields.collect(),
    }
}

pub(super) fn from_wire(change: proto::Change) -> Result<Change, DecodeError> {
    let rating = match change.rating {
        None => None,
        Some(rating) => match u8::try_from(rating) {
            Ok(rating) if rating <= RATING_MAX => Some(rating),
            _ => return Err(ChangeError::Rating(rating.into()).into()),
        },
    };
    let position = match change.position {
        None => None,
        Some(proto::change::Position::PositionClear(_)) => Some(None),
        Some(proto::change::Position::PositionSet(position)) => {
            Some(Some(Position::new(position.lat, position.lon)?))
        }
    };
    let fields = change.fields.into_iter();
    let change = Change {
        add_tags: change.add_tags,
        remove_tags: change.remove_tags,
        caption: change.caption,
        rating,
        favorite: change.favorite,
        taken_at: change.taken_at.map(time_from_wire),
        position,
        trash: change.trash,
        add_albums: change.add_albums,
        remove_albums: change.remove_albums,
        add_people: change.add_people,
        remove_people: change.remove_people,
        fields: fields.map(|one| (one.name, one.value)).collect(),
    };
    Ok(change.checked()?)
}

pub(super) fn made_to_wire(list: List, label: &str) -> proto::LabelMade {
    proto::LabelMade {
        list: list_to_wire(list).into(),
        label: label.to_owned(),
    }
}

pub(super) fn made_from_wire(made: &proto::LabelMade) -> Result<LibraryEdit, DecodeError> {
    let list = list_from_wire(made.list)?;
    let label = list.label(&made.label).map_err(ChangeError::from)?;
    Ok(LibraryEdit::LabelMade { list, label })
}

pub(super) fn moved_to_wire(moved: &Move) -> proto::LabelMoved {
    proto::LabelMoved {
        list: list_to_wire(moved.list).into(),
        from: moved.from.clone(),
        to: moved.to.clone(),
    }
}

pub(super) fn moved_from_wire(moved: &proto::LabelMoved) -> Result<LibraryEdit, DecodeError> {
    let list = list_from_wire(moved.list)?;
    let label = |text: &String| list.label(text).map_err(ChangeError::from);
    Ok(LibraryEdit::LabelMoved(Move {
        list,
        from: label(&moved.from)?,
        to: moved.to.as_ref().map(label).transpose()?,
    }))
}

fn list_to_wire(list: List) -> proto::List {
    match list {
        List::Tags => proto::List::Tags,
        List::Albums => proto::List::Albums,
        List::People => proto::List::People,
    }
}

fn list_from_wire(list: i32) -> Result<List, DecodeError> {
    match proto::List::try_from(list) {
        Ok(proto::List::Tags) => Ok(List::Tags),
        Ok(proto::List::Albums) => Ok(List::Albums),
        Ok(proto::List::People) => Ok(List::People),
        Err(_) => Err(DecodeError::UnknownKind),
    }
}
