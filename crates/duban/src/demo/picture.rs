//! Invented photos: flat drawings, so that nobody takes them for somebody's street.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

const WIDTH: u32 = 960;
const HEIGHT: u32 = 640;
const SKY: Rgb<u8> = Rgb([228, 232, 230]);
const GROUND: Rgb<u8> = Rgb([190, 186, 176]);
const INK: Rgb<u8> = Rgb([56, 60, 66]);
const LEAF: Rgb<u8> = Rgb([96, 128, 104]);
const SEAL: Rgb<u8> = Rgb([176, 46, 28]);
const PALE: Rgb<u8> = Rgb([246, 240, 214]);

/// Draws one of the demonstration's scenes as a PNG.
pub(super) fn draw(name: &str) -> anyhow::Result<Vec<u8>> {
    let mut picture = RgbImage::from_fn(WIDTH, HEIGHT, |_, y| if y < 470 { SKY } else { GROUND });
    match name {
        "wire-before" => {
            tree(&mut picture, 480, 230);
            pole(&mut picture, 140);
            pole(&mut picture, 820);
            wire(&mut picture, 200, 480);
        }
        "wire-after" => {
            tree(&mut picture, 480, 120);
            pole(&mut picture, 140);
            pole(&mut picture, 820);
            block(&mut picture, 330, 440, 300, 26, SEAL);
        }
        "lamp" => {
            pole(&mut picture, 480);
            block(&mut picture, 440, 120, 110, 26, INK);
            disc(&mut picture, 530, 150, 24, PALE);
        }
        "cover" => disc(&mut picture, 480, 540, 80, INK),
        _ => block(&mut picture, 300, 420, 360, 60, LEAF),
    }
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png)?;
    Ok(out.into_inner())
}

fn block(picture: &mut RgbImage, left: u32, top: u32, width: u32, height: u32, colour: Rgb<u8>) {
    for y in top..(top + height).min(HEIGHT) {
        for x in left..(left + width).min(WIDTH) {
            picture.put_pixel(x, y, colour);
        }
    }
}

fn disc(picture: &mut RgbImage, cx: i64, cy: i64, radius: i64, colour: Rgb<u8>) {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (dx, dy) = (i64::from(x) - cx, i64::from(y) - cy);
        if dx * dx + dy * dy <= radius * radius {
            *pixel = colour;
        }
    }
}

fn tree(picture: &mut RgbImage, x: u32, crown: i64) {
    block(picture, x - 16, 260, 32, 230, INK);
    disc(picture, i64::from(x), 220, crown, LEAF);
}

fn pole(picture: &mut RgbImage, x: u32) {
    block(picture, x - 8, 110, 16, 380, INK);
    block(picture, x - 60, 150, 120, 8, INK);
}

/// A wire that sags between two poles.
fn wire(picture: &mut RgbImage, top: u32, middle: i64) {
    for x in 140..820_u32 {
        let off = i64::from(x) - middle;
        let sag = 60 - off * off * 60 / (340 * 340);
        let y = top.saturating_add_signed(i32::try_from(sag).unwrap_or(0) - 40);
        block(picture, x, y, 3, 5, SEAL);
    }
}
