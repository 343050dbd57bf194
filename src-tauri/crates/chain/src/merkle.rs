//! Merkle trees as RFC 6962 defines them: leaves and inner nodes are hashed in different
//! domains, and an odd subtree is carried up unchanged.
//!
//! Source: RFC 6962, section 2.1 (Merkle Hash Trees, audit paths, consistency proofs).

use std::convert::Infallible;
use std::ops::Range;

use sha2::{Digest, Sha256};

/// Hash of a leaf: `SHA-256(0x00 ‖ data)`.
#[must_use]
pub fn leaf(data: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update([0])
        .chain_update(data)
        .finalize()
        .into()
}

/// Hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`.
#[must_use]
pub fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// Root over leaf hashes in their order; the root of no leaves is SHA-256 of nothing.
///
/// Folds level by level: an odd hash at the end of a level moves up as it is, which builds
/// the same tree as the RFC's split at the largest power of two.
#[must_use]
pub fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    if leaves.is_empty() {
        return Sha256::digest([]).into();
    }
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        let above = level.chunks(2).map(|pair| match pair {
            [left, right] => node(left, right),
            odd => odd[0],
        });
        level = above.collect();
    }
    level[0]
}

/// The audit path of the leaf at `index`: the siblings on the way up to the root, lowest first.
///
/// Source: RFC 6962, section 2.1.1.
///
/// # Panics
/// If there is no such leaf.
#[must_use]
pub fn inclusion(leaves: &[[u8; 32]], index: usize) -> Vec<[u8; 32]> {
    let result = inclusion_by(index as u64, leaves.len() as u64, root_within(leaves));
    let Ok(path) = result;
    path
}

/// What shows that the tree over the first `old_size` leaves is the beginning of the tree over
/// all of them, lowest first. Nothing is to be shown of an empty or an equal tree.
///
/// Source: RFC 6962, section 2.1.2.
///
/// # Panics
/// If there are fewer than `old_size` leaves.
#[must_use]
pub fn consistency(old_size: usize, leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
    let result = consistency_by(old_size as u64, leaves.len() as u64, root_within(leaves));
    let Ok(path) = result;
    path
}

fn root_within(leaves: &[[u8; 32]]) -> impl FnMut(Range<u64>) -> Result<[u8; 32], Infallible> {
    |range| {
        // The ranges lie within the leaves, whose number fits.
        let range = range.start as usize..range.end as usize;
        Ok(root(&leaves[range]))
    }
}

/// As [`inclusion`], of `size` leaves of which `root_of` knows the roots of subtrees.
pub(crate) fn inclusion_by<E>(
    index: u64,
    size: u64,
    mut root_of: impl FnMut(Range<u64>) -> Result<[u8; 32], E>,
) -> Result<Vec<[u8; 32]>, E> {
    assert!(index < size, "a tree of {size} leaves has no leaf {index}");
    let mut path = Vec::new();
    let mut tree = 0..size;
    while tree.end - tree.start > 1 {
        let middle = split(&tree);
        if index < middle {
            path.push(root_of(middle..tree.end)?);
            tree.end = middle;
        } else {
            path.push(root_of(tree.start..middle)?);
            tree.start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// As [`consistency`], of `size` leaves of which `root_of` knows the roots of subtrees.
pub(crate) fn consistency_by<E>(
    old_size: u64,
    size: u64,
    mut root_of: impl FnMut(Range<u64>) -> Result<[u8; 32], E>,
) -> Result<Vec<[u8; 32]>, E> {
    assert!(
        old_size <= size,
        "{size} leaves do not begin with {old_size}"
    );
    let mut path = Vec::new();
    if old_size == 0 {
        return Ok(path);
    }
    let mut tree = 0..size;
    while tree.end != old_size {
        let middle = split(&tree);
        if old_size <= middle {
            path.push(root_of(middle..tree.end)?);
            tree.end = middle;
        } else {
            path.push(root_of(tree.start..middle)?);
            tree.start = middle;
        }
    }
    // The verifier knows the old tree, and so a subtree that is all of it.
    if tree.start > 0 {
        path.push(root_of(tree)?);
    }
    path.reverse();
    Ok(path)
}

/// Where the RFC splits a tree of more than one leaf: at the largest power of two below its size.
fn split(tree: &Range<u64>) -> u64 {
    let size = tree.end - tree.start;
    tree.start + size.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inputs and roots of the reference tests of Certificate Transparency (merkle_tree_test).
    #[test]
    fn roots_equal_the_reference_vectors() {
        let inputs = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let leaves: Vec<_> = inputs
            .iter()
            .map(|text| leaf(&hex::decode(text).unwrap()))
            .collect();
        assert_eq!(
            hex::encode(root(&[])),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        for (n, expect) in roots.iter().enumerate() {
            assert_eq!(
                hex::encode(root(&leaves[..=n])),
                *expect,
                "{} leaves",
                n + 1
            );
        }
    }

    /// The RFC's own recursive definition, beside the level-wise one.
    fn root_by_definition(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            many => {
                let k = many.len().next_power_of_two() / 2;
                node(
                    &root_by_definition(&many[..k]),
                    &root_by_definition(&many[k..]),
                )
            }
        }
    }

    #[test]
    fn level_wise_folding_is_the_definition() {
        let leaves: Vec<_> = (0u32..70).map(|n| leaf(&n.to_le_bytes())).collect();
        for n in 0..leaves.len() {
            assert_eq!(
                root(&leaves[..n]),
                root_by_definition(&leaves[..n]),
                "{n} leaves"
            );
        }
    }
}
