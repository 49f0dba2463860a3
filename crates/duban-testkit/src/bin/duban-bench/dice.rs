//! Chance from a seed: the same seed throws the same numbers on every machine.

/// A die with as many sides as are asked for.
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of one thing (a case, say) of a seed; its neighbours' are unlike it.
    pub(crate) fn new(seed: u64, of: u64) -> Self {
        let mut dice = Self(seed ^ of.wrapping_mul(0xd134_2543_de82_ef95));
        dice.next();
        dice
    }

    /// The next 64 bits (SplitMix64).
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The low half of the next bits.
    pub(crate) fn word(&mut self) -> u32 {
        u32::try_from(self.next() >> 32).unwrap_or(0)
    }

    /// From 0 to one below `sides`.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() >> 11).unwrap_or(0) % sides.max(1)
    }

    /// From 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens that happens so often in a thousand.
    pub(crate) fn chance(&mut self, permille: usize) -> bool {
        self.below(1_000) < permille
    }

    /// One of several, each as likely.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// Around zero, mostly within one.
    pub(crate) fn normal(&mut self) -> f64 {
        let (a, b) = (self.unit().max(1e-12), self.unit());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }

    /// How long something took, in milliseconds: half take less than `median`, a few very much more.
    pub(crate) fn lasts(&mut self, median_minutes: f64) -> i64 {
        (median_minutes * (0.9 * self.normal()).exp() * 60_000.0) as i64
    }
}

/// Places in a list of which each comes up less often than the one before.
pub(crate) struct Weights(Vec<f64>);

impl Weights {
    /// By given weights.
    pub(crate) fn of(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        Self(
            weights
                .into_iter()
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    /// As words and offices are used: the n-th one n times less than the first.
    pub(crate) fn zipf(count: usize) -> Self {
        Self::of((0..count).map(|at| 1.0 / (at as f64 + 1.0)))
    }

    /// A place in the list.
    pub(crate) fn throw(&self, dice: &mut Dice) -> usize {
        self.at(dice.unit())
    }

    /// The place where a part of the whole, from 0 to 1, is reached.
    pub(crate) fn at(&self, part: f64) -> usize {
        let sum = self.0.last().copied().unwrap_or(0.0);
        self.0.partition_point(|upto| *upto <= part * sum).min(self.0.len().saturating_sub(1))
    }
}
