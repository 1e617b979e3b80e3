//! Seeded randomness: the same seed gives the same run.

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, good enough for jitter and identifiers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A version 4 uuid.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.bits(), self.bits());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xFFFF,
            high & 0xFFF,
            low >> 48 & 0x3FFF | 0x8000,
            low & 0xFFFF_FFFF_FFFF
        )
    }
}

/// `java.util.Random`: what AWS draws seeded numbers with.
#[derive(Clone, Debug)]
pub(crate) struct JavaRandom(u64);

impl JavaRandom {
    /// From a seed.
    pub(crate) fn new(seed: i64) -> Self {
        JavaRandom((seed as u64 ^ 0x5_DEEC_E66D) & ((1 << 48) - 1))
    }

    fn next(&mut self, bits: u32) -> u64 {
        self.0 = self.0.wrapping_mul(0x5_DEEC_E66D).wrapping_add(0xB) & ((1 << 48) - 1);
        self.0 >> (48 - bits)
    }

    /// `nextDouble()`, in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        ((self.next(26) << 27) + self.next(27)) as f64 / (1u64 << 53) as f64
    }
}

/// The order in which AWS writes the `.$` fields of a payload template: that of a
/// `java.util.HashMap` of their names. Holds for all 30 recorded templates.
pub(crate) fn java_order<T>(fields: &mut [(std::sync::Arc<str>, T)]) {
    let mut size = 16usize;
    while fields.len() > size / 4 * 3 {
        size *= 2;
    }
    fields.sort_by_key(|(name, _)| java_hash(name) as usize & (size - 1));
}

fn java_hash(text: &str) -> u32 {
    let hash =
        text.encode_utf16().fold(0u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_as_recorded() {
        let mut fields: Vec<(std::sync::Arc<str>, ())> =
            ["ApiEndpoint", "Method", "Path", "Stage"].iter().map(|it| ((*it).into(), ())).collect();
        java_order(&mut fields);
        let names: Vec<&str> = fields.iter().map(|(name, ())| &**name).collect();
        assert_eq!(names, ["Path", "Stage", "ApiEndpoint", "Method"]);
    }

    #[test]
    fn uuids_are_of_version_4_and_repeat_with_the_seed() {
        let uuid = Random::new(7).uuid();
        assert_eq!(uuid, Random::new(7).uuid());
        assert_eq!((uuid.len(), uuid.as_bytes()[14]), (36, b'4'));
    }
}
