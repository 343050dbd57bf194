//! What a newcomer and the device that invited it say to each other, and where devices listen.

use std::sync::Arc;

use kinfolio_chain::config::{MEMBERS_MAX, NAME_BYTES_MAX};
use kinfolio_chain::wire::{Reader, Writer};
use kinfolio_chain::{Configuration, DeviceId, InvitationId, RecoveryKey};

use super::{DecodeError, block, bytes, check_len, id};
use crate::contact::{ADDRESSES_MAX, Contact};
use crate::pairing::{JoinRequest, Welcome};
use crate::proto;

/// Longest text of an address, in bytes: IPv6 with its zone and port.
const ADDRESS_BYTES_MAX: usize = 80;

pub(crate) fn contact_to_wire(contact: &Contact) -> proto::Contact {
    let addresses = contact.addresses.iter().take(ADDRESSES_MAX);
    proto::Contact {
        device: bytes(&contact.device.0),
        addresses: addresses.map(ToString::to_string).collect(),
    }
}

pub(crate) fn contacts(contacts: Vec<proto::Contact>) -> Result<Vec<Contact>, DecodeError> {
    check_len("the list of contacts", contacts.len(), MEMBERS_MAX)?;
    contacts.into_iter().map(contact).collect()
}

fn contact(contact: proto::Contact) -> Result<Contact, DecodeError> {
    check_len("the addresses", contact.addresses.len(), ADDRESSES_MAX)?;
    let device = DeviceId(id("the device", &contact.device)?);
    let address = |text: String| {
        check_len("an address", text.len(), ADDRESS_BYTES_MAX)?;
        text.parse().map_err(|_| DecodeError::Address(text))
    };
    let addresses = contact.addresses.into_iter().map(address);
    Ok(Contact {
        device,
        addresses: addresses.collect::<Result<_, _>>()?,
    })
}

pub(crate) fn request_to_wire(request: JoinRequest) -> proto::JoinRequest {
    proto::JoinRequest {
        version: request.version,
        invitation: bytes(&request.invitation.0),
        proof: bytes(&request.proof),
        name: request.name,
    }
}

pub(crate) fn request(request: proto::JoinRequest) -> Result<JoinRequest, DecodeError> {
    check_len("the name", request.name.len(), NAME_BYTES_MAX)?;
    Ok(JoinRequest {
        version: request.version,
        invitation: InvitationId(id("the invitation", &request.invitation)?),
        proof: id("the proof", &request.proof)?,
        name: request.name,
    })
}

pub(crate) fn welcome_to_wire(welcome: &Welcome) -> proto::JoinReply {
    let mut members = Writer::new();
    welcome.members.encode(&mut members);
    proto::JoinReply {
        founding: welcome.founding.encode().into(),
        members: members.finish().into(),
        contacts: welcome.contacts.iter().map(contact_to_wire).collect(),
        votes: welcome.votes,
        recovery_key: bytes(&welcome.recovery.secret()),
    }
}

pub(crate) fn welcome(reply: proto::JoinReply) -> Result<Welcome, DecodeError> {
    let mut members = Reader::new(reply.members);
    let read = Configuration::decode(&mut members)?;
    members.end("the members")?;
    Ok(Welcome {
        founding: Arc::clone(&block(reply.founding)?),
        members: read,
        contacts: contacts(reply.contacts)?,
        votes: reply.votes,
        recovery: RecoveryKey::new(id("the recovery key", &reply.recovery_key)?),
    })
}
