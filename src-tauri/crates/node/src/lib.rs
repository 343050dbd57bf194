//! kinfolio-node
