//! The two verification algorithms of RFC 9162, step by step.
//!
//! Source: RFC 9162, sections 2.1.1 (hashes), 2.1.3.2 (inclusion) and 2.1.4.2 (consistency).

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Hash of a leaf.
#[must_use]
pub fn leaf(data: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0x00]);
    hash.update(data);
    hash.finalize().into()
}

fn inner(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0x01]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// Whether `path` shows that the leaf hash `leaf` stands at `index` in the tree of `size` leaves
/// with this root. The names of the RFC: `index` is leaf_index, `fnode` fn, `snode` sn.
#[must_use]
pub fn is_included(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut fnode, mut snode) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            hash = inner(sibling, &hash);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            hash = inner(&hash, sibling);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && hash == *root
}

/// Whether `path` shows that the tree of `first` leaves with the root `first_root` is the
/// beginning of the tree of `second` leaves with the root `second_root`.
///
/// Both sizes must be as trusted as the roots: a path may fit trees of several sizes.
///
/// The RFC leaves out two cases: every tree begins with the empty one, whose root is SHA-256 of
/// nothing, and with itself. Their path is empty.
#[must_use]
pub fn is_continued(
    first: u64,
    second: u64,
    first_root: &Hash,
    second_root: &Hash,
    path: &[Hash],
) -> bool {
    if first == 0 {
        let empty: Hash = Sha256::digest([]).into();
        return path.is_empty() && *first_root == empty;
    }
    if first == second {
        return path.is_empty() && first_root == second_root;
    }
    if first > second || path.is_empty() {
        return false;
    }
    // Where the old tree is a full one, its root is the first node of the path, left out.
    let known = first.is_power_of_two().then_some(first_root);
    let mut nodes = known.into_iter().chain(path);
    let (mut fnode, mut snode) = (first - 1, second - 1);
    while fnode & 1 == 1 {
        fnode >>= 1;
        snode >>= 1;
    }
    let Some(start) = nodes.next() else {
        return false;
    };
    let (mut old, mut new) = (*start, *start);
    for node in nodes {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            old = inner(node, &old);
            new = inner(node, &new);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            new = inner(&new, node);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && old == *first_root && new == *second_root
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    const A: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    const B: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    const C: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    const D: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    const E: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    const F: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

    fn hash(text: &str) -> Hash {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    fn path(texts: &[&str]) -> Vec<Hash> {
        texts.iter().map(|text| hash(text)).collect()
    }

    /// The paths of the reference tests of Certificate Transparency (merkle_tree_test).
    #[test]
    fn the_reference_paths_hold() {
        let leaves = ["", "00", "10", "2021", "3031", "40414243"];
        let included: [(usize, usize, &[&str]); 5] = [
            (0, 1, &[]),
            (0, 8, &[E, A, B]),
            (5, 8, &[C, D, ROOTS[3]]),
            (2, 3, &[ROOTS[1]]),
            (1, 5, &[ROOTS[0], A, C]),
        ];
        for (index, size, texts) in included {
            let leaf = leaf(&hex::decode(leaves[index]).unwrap());
            let root = hash(ROOTS[size - 1]);
            let (index, path) = (index as u64, path(texts));
            assert!(
                is_included(&leaf, index, size as u64, &path, &root),
                "leaf {index} of {size}"
            );
            assert!(!is_included(&leaf, index + 1, size as u64, &path, &root));
        }
        let continued: [(usize, usize, &[&str]); 4] = [
            (1, 1, &[]),
            (1, 8, &[E, A, B]),
            (6, 8, &[F, D, ROOTS[3]]),
            (2, 5, &[A, C]),
        ];
        for (first, second, texts) in continued {
            let roots = (hash(ROOTS[first - 1]), hash(ROOTS[second - 1]));
            let (first, second, path) = (first as u64, second as u64, path(texts));
            assert!(
                is_continued(first, second, &roots.0, &roots.1, &path),
                "{first} to {second}"
            );
            assert!(!is_continued(first, second, &roots.0, &[0; 32], &path));
        }
    }
}
