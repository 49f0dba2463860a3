//! GB18030 bytes as UTF-8, while reading. What cannot be decoded becomes U+FFFD, and the row that
//! holds it is rejected with its line.

use std::io::{self, Read};

use encoding_rs::{Decoder, GB18030};

/// Bytes read from below at a time.
const CHUNK: usize = 64 * 1024;

/// A reader that decodes.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub(super) fn gb18030(inner: R) -> Self {
        Self {
            inner,
            decoder: GB18030.new_decoder(),
            raw: vec![0; CHUNK],
            text: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        while self.given == self.text.len() && !self.ended {
            let read = self.inner.read(&mut self.raw)?;
            self.ended = read == 0;
            let room = self.decoder.max_utf8_buffer_length(read).ok_or(io::ErrorKind::OutOfMemory)?;
            self.text.resize(room, 0);
            let (_, _, written, _) =
                self.decoder.decode_to_utf8(&self.raw[..read], &mut self.text, self.ended);
            self.text.truncate(written);
            self.given = 0;
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.refill()?;
        let count = into.len().min(self.text.len() - self.given);
        into[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_across_the_edge_of_a_chunk() {
        let text = "测试·路灯不亮，\n".repeat(20_000);
        let (bytes, _, _) = GB18030.encode(&text);
        let mut decoded = String::new();
        Decoded::gb18030(&bytes[..]).read_to_string(&mut decoded).unwrap();
        assert!(decoded == text);
        let mut broken = String::new();
        Decoded::gb18030(&b"a\xff\xffb"[..]).read_to_string(&mut broken).unwrap();
        assert!(broken.contains('\u{fffd}') && broken.ends_with('b'), "{broken}");
    }
}
