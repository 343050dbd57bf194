//! Settings of the household. Read strictly: half a change is worse than none.

use super::{DecodeError, device_id, proto};
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
    }
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
    let change = SettingsChange {
        placements: placements.collect::<Result<_, DecodeError>>()?,
        bucket: change.bucket.map(|b| Some(b).filter(|b| !b.is_empty())),
        bucket_encrypted: change.bucket_encrypted,
        scrub_every: change.scrub_every_s.map(span).transpose()?,
        prune_after: prune_after.transpose()?,
    };
    Ok(change.checked()?)
}
