//! Settings of the household. Read strictly: half a change is worse than none.

use super::{DecodeError, device_id, proto};
use crate::field::FieldType;
use crate::settings::{Placement, SettingsChange, SettingsError, Span};

pub(super) fn to_wire(change: &SettingsChange) -> proto::SettingsChanged {
    let placements = change.placements.iter().map(|(device, placement)| {
        let (kind, recent_days) = match placement {
            Placement::All => (proto::Placement::All, 0),
            Placement::Recent { days } => (proto::Placement::Recent, *days),
            Placement::OnDemand => (proto::Placement::OnDemand, 0),
        };
        proto::DevicePlacement {
            device: device.0.to_vec(),
            placement: kind.into(),
            recent_days,
        }
    });
    let searches = change.searches.iter();
    let searches = searches.map(|(name, query)| proto::SearchSaved {
        name: name.clone(),
        query: query.clone(),
    });
    proto::SettingsChanged {
        bucket: change
            .bucket
            .as_ref()
            .map(|b| b.clone().unwrap_or_default()),
        bucket_encrypted: change.bucket_encrypted,
        scrub_every_s: change.scrub_every.map(Span::as_seconds),
        placements: placements.collect(),
        prune_after_s: change
            .prune_after
            .map(|after| after.map_or(0, Span::as_seconds)),
        fields: change.fields.iter().map(field_to_wire).collect(),
        searches: searches.collect(),
    }
}

fn field_to_wire((name, of): (&String, &Option<FieldType>)) -> proto::FieldDefined {
    let (kind, choices) = match of {
        None => (proto::FieldType::None, Vec::new()),
        Some(FieldType::Text) => (proto::FieldType::Text, Vec::new()),
        Some(FieldType::Number) => (proto::FieldType::Number, Vec::new()),
        Some(FieldType::Date) => (proto::FieldType::Date, Vec::new()),
        Some(FieldType::Choice(choices)) => (proto::FieldType::Choice, choices.clone()),
    };
    proto::FieldDefined {
        name: name.clone(),
        r#type: kind.into(),
        choices,
    }
}

fn field_from_wire(field: proto::FieldDefined) -> Result<(String, Option<FieldType>), DecodeError> {
    let of = match proto::FieldType::try_from(field.r#type) {
        Ok(proto::FieldType::None) => None,
        Ok(proto::FieldType::Text) => Some(FieldType::Text),
        Ok(proto::FieldType::Number) => Some(FieldType::Number),
        Ok(proto::FieldType::Date) => Some(FieldType::Date),
        Ok(proto::FieldType::Choice) => Some(FieldType::Choice(field.choices)),
        Err(_) => return Err(DecodeError::UnknownKind),
    };
    Ok((field.name, of))
}

pub(super) fn from_wire(change: proto::SettingsChanged) -> Result<SettingsChange, DecodeError> {
    let span = |seconds| Span::from_seconds(seconds).ok_or(SettingsError::Span(seconds));
    let prune_after = change.prune_after_s.map(|seconds| match seconds {
        0 => Ok(None),
        seconds => span(seconds).map(Some),
    });
    let placements = change.placements.iter().map(|one| {
        let placement = match proto::Placement::try_from(one.placement) {
            Ok(proto::Placement::All) => Placement::All,
            Ok(proto::Placement::Recent) => Placement::Recent {
                days: one.recent_days,
            },
            Ok(proto::Placement::OnDemand) => Placement::OnDemand,
            Err(_) => return Err(DecodeError::UnknownKind),
        };
        Ok((device_id(&one.device)?, placement))
    });
    let fields = change.fields.into_iter().map(field_from_wire);
    let searches = change.searches.into_iter();
    let change = SettingsChange {
        placements: placements.collect::<Result<_, DecodeError>>()?,
        bucket: change.bucket.map(|b| Some(b).filter(|b| !b.is_empty())),
        bucket_encrypted: change.bucket_encrypted,
        scrub_every: change.scrub_every_s.map(span).transpose()?,
        prune_after: prune_after.transpose()?,
        fields: fields.collect::<Result<_, DecodeError>>()?,
        searches: searches.map(|one| (one.name, one.query)).collect(),
    };
    Ok(change.checked()?)
}
