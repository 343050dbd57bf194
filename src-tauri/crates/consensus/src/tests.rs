//! Whole replicas in a seeded world, and the parts of them by themselves.

mod device;
mod numbers;
mod pace;
mod reads;
mod seeds;
mod synod;
mod world;
