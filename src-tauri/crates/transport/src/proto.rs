//! The generated messages and services; seen by the conversions and the calls, by nobody else.

#![allow(clippy::all, missing_docs, unused_qualifications)]

tonic::include_proto!("kinfolio.v1");
