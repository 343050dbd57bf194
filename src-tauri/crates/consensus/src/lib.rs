//! kinfolio-consensus
