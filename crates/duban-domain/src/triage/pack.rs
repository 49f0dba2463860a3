//! A model as bytes, and back. What cannot be read is no model.

use super::model::Model;

/// What every such file begins with.
const MARK: &[u8; 8] = b"duban-t1";

impl Model {
    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MARK.to_vec();
        let number = |out: &mut Vec<u8>, n: usize| out.extend((n as u32).to_le_bytes());
        number(&mut out, self.labels.len());
        number(&mut out, self.keys.len());
        number(&mut out, self.weights.len());
        out.extend(self.stretch.to_le_bytes());
        for (label, (bias, step)) in self.labels.iter().zip(self.biases.iter().zip(&self.steps)) {
            number(&mut out, label.len());
            out.extend(label.as_bytes());
            out.extend(bias.to_le_bytes());
            out.extend(step.to_le_bytes());
        }
        self.keys.iter().for_each(|key| out.extend(key.to_le_bytes()));
        self.idf.iter().for_each(|idf| out.extend(idf.to_le_bytes()));
        self.starts.iter().for_each(|start| out.extend(start.to_le_bytes()));
        for (label, steps) in &self.weights {
            out.extend(label.to_le_bytes());
            out.extend(steps.to_le_bytes());
        }
        out
    }

    /// From bytes; none when they are not such a model, whole and sound.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut left = Left(bytes.strip_prefix(MARK)?);
        let (labels, keys, weights) = (left.number()?, left.number()?, left.number()?);
        // Each takes at least so many bytes: a length that lies makes no large room.
        if labels.checked_mul(12)? + keys.checked_mul(12)? + weights.checked_mul(4)? > left.0.len() {
            return None;
        }
        let mut model = Self { stretch: left.float()?, ..Self::default() };
        for _ in 0..labels {
            let length = left.number()?;
            model.labels.push(String::from_utf8(left.take(length)?.to_vec()).ok()?);
            model.biases.push(left.float()?);
            model.steps.push(left.float()?);
        }
        model.keys = (0..keys).map(|_| Some(left.number()? as u32)).collect::<Option<_>>()?;
        model.idf = (0..keys).map(|_| left.float()).collect::<Option<_>>()?;
        model.starts = (0..=keys).map(|_| Some(left.number()? as u32)).collect::<Option<_>>()?;
        model.weights = (0..weights).map(|_| left.weight()).collect::<Option<_>>()?;
        let rising = model.keys.is_sorted() && model.starts.is_sorted();
        let ends = model.starts.first() == Some(&0) && *model.starts.last()? as usize == weights;
        let known = model.weights.iter().all(|(label, _)| usize::from(*label) < labels);
        (rising && ends && known && left.0.is_empty()).then(|| {
            model.index();
            model
        })
    }
}

/// What is not read yet.
struct Left<'a>(&'a [u8]);

impl<'a> Left<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        Some(head)
    }

    fn number(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?) as usize)
    }

    fn float(&mut self) -> Option<f32> {
        Some(f32::from_le_bytes(self.take(4)?.try_into().ok()?)).filter(|n| n.is_finite())
    }

    fn weight(&mut self) -> Option<(u16, i16)> {
        let cell = self.take(4)?;
        Some((u16::from_le_bytes([cell[0], cell[1]]), i16::from_le_bytes([cell[2], cell[3]])))
    }
}
