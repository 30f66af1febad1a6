//! BYTES tensors in their raw form: the elements one after the other, each after its length in
//! bytes as a little-endian 32-bit number.

use thiserror::Error;

/// Bytes of a length.
const LENGTH: usize = size_of::<u32>();

/// The tensor ends within an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it ends within element {index}")]
pub struct Truncated {
    /// Position of the element.
    pub index: usize,
}

/// The elements of a raw tensor; after the first fault there are none.
pub fn elements(raw: &[u8]) -> impl Iterator<Item = Result<&[u8], Truncated>> {
    let mut rest = raw;
    let mut index = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let element = take(rest).ok_or(Truncated { index });
        index += 1;
        rest = element.map_or(&[], |(_, rest)| rest);
        Some(element.map(|(element, _)| element))
    })
}

/// The first element and what follows it.
fn take(raw: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = raw.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

/// Appends one element. No element of an answer comes near 4 GiB, where it would be cut.
pub fn push(raw: &mut Vec<u8>, element: &[u8]) {
    let length = u32::try_from(element.len()).unwrap_or(u32::MAX);
    raw.extend_from_slice(&length.to_le_bytes());
    raw.extend(element.iter().take(length as usize));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(written: Vec<Vec<u8>>) {
            let mut raw = Vec::new();
            written.iter().for_each(|element| push(&mut raw, element));
            let read: Vec<_> = elements(&raw).map(|element| element.unwrap().to_vec()).collect();
            prop_assert_eq!(read, written);
        }

        #[test]
        fn any_bytes_are_read_or_refused(raw: Vec<u8>) {
            let mut again = Vec::new();
            elements(&raw).flatten().for_each(|element| push(&mut again, element));
            prop_assert!(raw.starts_with(&again));
            let faults = elements(&raw).filter(Result::is_err).count();
            prop_assert_eq!(faults, usize::from(again.len() < raw.len()));
        }
    }

    #[test]
    fn a_cut_tensor_names_the_element() {
        let mut raw = Vec::new();
        for text in ["rain", "", "fog"] {
            push(&mut raw, text.as_bytes());
        }
        for cut in [raw.len() - 1, raw.len() - 3, raw.len() - 6] {
            let last = elements(&raw[..cut]).last().unwrap();
            assert_eq!(last, Err(Truncated { index: 2 }));
        }
    }
}
