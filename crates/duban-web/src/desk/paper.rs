//! A4 paper as PDF: text in Chinese with the few signs that it uses embedded and readable by
//! machines, rules, pictures, lines of a map, and the number of every page.
//!
//! The font is a part of Noto Sans SC that lies beside this program; a rare sign that it does not
//! have is printed as 〓. No fonts of the server are looked for: a sheet looks the same everywhere.

use std::collections::BTreeMap;

use pdf_writer::{
    Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

const FONT: &[u8] = include_bytes!("../../assets/font/noto-sans-sc-part.ttf");
/// A4 in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const SIDE: f32 = 52.0;
const TOP: f32 = 50.0;
const FOOT: f32 = 56.0;
/// What stands for a sign that the font does not have.
const UNKNOWN: char = '〓';
/// Signs that do not begin a line.
const CLOSING: &str = "，。、；：？！）」』》〉】”’…,.;:?!)]}%";
/// The resource names of the font and the pictures.
const FONT_NAME: Name<'_> = Name(b"F");
const IDENTITY: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The width of what stands between the margins, in points.
pub(crate) const MEASURE: f32 = WIDTH - 2.0 * SIDE;

/// A document in the making.
pub(crate) struct Paper {
    face: Face<'static>,
    glyphs: GlyphRemapper,
    /// What each sign of the embedded font is, and how wide.
    signs: BTreeMap<u16, (char, f32)>,
    pages: Vec<Content>,
    pictures: Vec<Picture>,
    /// Pictures of each page, by their number.
    on_page: Vec<Vec<usize>>,
    /// How far from the top the page is filled.
    at: f32,
}

/// A JPEG as it is.
struct Picture {
    bytes: Vec<u8>,
    width: i32,
    height: i32,
    grey: bool,
}

impl Paper {
    /// An empty document.
    pub(crate) fn new() -> Self {
        let face = Face::parse(FONT, 0).expect("the font beside the program is whole");
        let mut paper = Self {
            face,
            glyphs: GlyphRemapper::new(),
            signs: BTreeMap::new(),
            pages: Vec::new(),
            pictures: Vec::new(),
            on_page: Vec::new(),
            at: HEIGHT,
        };
        paper.turn();
        paper
    }

    /// Text from margin to margin, in as many lines as it needs.
    pub(crate) fn text(&mut self, text: &str, size: f32) {
        self.column(text, size, 0.0, MEASURE);
    }

    /// A heading that stays with what follows it.
    pub(crate) fn heading(&mut self, text: &str) {
        self.space(14.0);
        self.need(60.0);
        self.rule();
        self.space(4.0);
        self.text(text, 12.0);
        self.space(4.0);
    }

    /// A word at the left and its text beside it.
    pub(crate) fn pair(&mut self, key: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.need(30.0);
        let (page, begin) = (self.pages.len(), self.at);
        self.column(key, 9.5, 0.0, 96.0);
        if self.pages.len() == page {
            self.at = begin;
        }
        self.column(text, 9.5, 104.0, MEASURE - 104.0);
        self.space(2.0);
    }

    /// Some room.
    pub(crate) fn space(&mut self, points: f32) {
        self.at += points;
    }

    /// A hairline from margin to margin.
    pub(crate) fn rule(&mut self) {
        let y = HEIGHT - self.at;
        self.page().set_line_width(0.6).move_to(SIDE, y).line_to(WIDTH - SIDE, y).stroke();
    }

    /// A JPEG, as wide as the measure at most and as high as told at most.
    pub(crate) fn picture(&mut self, bytes: Vec<u8>, words: &str, high: f32) {
        let Some((width, height, grey)) = size_of(&bytes) else { return };
        let scale = (MEASURE / width as f32).min(high / height as f32);
        let (w, h) = (width as f32 * scale, height as f32 * scale);
        self.need(h + 22.0);
        let number = self.pictures.len();
        self.pictures.push(Picture { bytes, width, height, grey });
        if let Some(page) = self.on_page.last_mut() {
            page.push(number);
        }
        let y = HEIGHT - self.at - h;
        let name = picture_name(number);
        let page = self.page();
        page.save_state()
            .transform([w, 0.0, 0.0, h, SIDE, y])
            .x_object(Name(name.as_bytes()))
            .restore_state();
        self.at += h + 3.0;
        self.text(words, 8.5);
        self.space(6.0);
    }

    /// Dark squares of a code for a camera, so many in a row, at the right margin; what follows stands beside it.
    pub(crate) fn squares(&mut self, dark: &[(usize, usize)], size: usize, points: f32) {
        self.need(points);
        let (unit, left, top) = (points / size as f32, WIDTH - SIDE - points, HEIGHT - self.at);
        let page = self.page();
        for (x, y) in dark {
            page.rect(left + *x as f32 * unit, top - (*y + 1) as f32 * unit, unit, unit);
        }
        page.fill_nonzero();
    }

    /// Lines of a schematic map in a frame with a pin in its middle; spots are from 0 to 1.
    pub(crate) fn map(&mut self, lines: &[Vec<(f64, f64)>], names: &[(f64, f64, String)], high: f32) {
        self.need(high + 10.0);
        let top = self.at;
        let on = |(x, y): (f64, f64)| (SIDE + x as f32 * MEASURE, HEIGHT - top - y as f32 * high);
        let page = self.page();
        page.save_state();
        page.rect(SIDE, HEIGHT - top - high, MEASURE, high).clip_nonzero().end_path();
        page.set_line_width(1.4).set_stroke_gray(0.6);
        for line in lines {
            for (n, spot) in line.iter().enumerate() {
                let (x, y) = on(*spot);
                if n == 0 {
                    page.move_to(x, y)
                } else {
                    page.line_to(x, y)
                };
            }
            page.stroke();
        }
        page.set_stroke_gray(0.0).set_line_width(1.6);
        let (x, y) = on((0.5, 0.5));
        page.move_to(x - 7.0, y).line_to(x + 7.0, y).move_to(x, y - 7.0).line_to(x, y + 7.0).stroke();
        page.rect(x - 3.5, y - 3.5, 7.0, 7.0).stroke();
        page.restore_state();
        page.set_line_width(0.6).rect(SIDE, HEIGHT - top - high, MEASURE, high).stroke();
        for (x, y, name) in names {
            let (x, y) = on((*x, *y));
            self.show(name, 8.0, x - SIDE, HEIGHT - y);
        }
        self.at = top + high + 6.0;
    }

    /// The document, with a line at the foot of each page.
    pub(crate) fn finish(mut self, title: &str, foot: impl Fn(usize, usize) -> String) -> Vec<u8> {
        let total = self.pages.len();
        for page in 0..total {
            let words = foot(page + 1, total);
            let glyphs = self.glyphs_of(&words);
            put(&mut self.pages[page], &glyphs, 8.0, SIDE, 30.0);
        }
        write(self, title)
    }

    fn page(&mut self) -> &mut Content {
        self.pages.last_mut().expect("a document has a page from its beginning")
    }

    fn turn(&mut self) {
        self.pages.push(Content::new());
        self.on_page.push(Vec::new());
        self.at = TOP;
    }

    fn need(&mut self, points: f32) {
        if self.at + points > HEIGHT - FOOT {
            self.turn();
        }
    }

    fn column(&mut self, text: &str, size: f32, left: f32, width: f32) {
        let leading = size * 1.55;
        for paragraph in text.lines() {
            for line in self.lines(paragraph, size, width) {
                self.need(leading);
                self.at += leading;
                self.show(&line, size, left, self.at - size * 0.35);
            }
        }
    }

    fn show(&mut self, text: &str, size: f32, left: f32, down: f32) {
        let glyphs = self.glyphs_of(text);
        put(self.page(), &glyphs, size, SIDE + left, HEIGHT - down);
    }

    /// The embedded signs of a text, two bytes each.
    fn glyphs_of(&mut self, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        for sign in text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
            let sign = self.known(sign);
            let glyph = self.face.glyph_index(sign).unwrap_or(GlyphId(0));
            let new = self.glyphs.remap(glyph.0);
            let width = self.advance(sign) * 1_000.0;
            self.signs.entry(new).or_insert((sign, width));
            out.extend(new.to_be_bytes());
        }
        out
    }

    /// The sign that is printed: itself, one that means the same, or the one for what the font lacks.
    fn known(&self, sign: char) -> char {
        match sign {
            has if self.face.glyph_index(has).is_some() => has,
            '›' => '>',
            _ => UNKNOWN,
        }
    }

    /// How wide a sign is at size one.
    fn advance(&self, sign: char) -> f32 {
        let glyph = self.face.glyph_index(self.known(sign));
        let wide = glyph.and_then(|g| self.face.glyph_hor_advance(g)).unwrap_or(0);
        f32::from(wide) / f32::from(self.face.units_per_em())
    }

    /// Breaks a paragraph: between Chinese signs anywhere, in Latin words only where they end.
    fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
        for word in words(text) {
            let wide: f32 = word.chars().map(|c| self.advance(c) * size).sum();
            let closes = word.chars().all(|c| CLOSING.contains(c));
            if used + wide > width && !line.is_empty() && !closes {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            for sign in word.chars() {
                let wide = self.advance(sign) * size;
                // A word longer than the line is broken all the same.
                if used + wide > width && !line.is_empty() && !closes {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push(sign);
                used += wide;
            }
        }
        lines.push(line);
        lines
    }
}

/// Chinese signs one by one, Latin words whole.
fn words(text: &str) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    let mut begin = 0;
    let mut before: Option<char> = None;
    for (at, sign) in text.char_indices() {
        let joins = before.is_some_and(|b| b.is_ascii_graphic() && sign.is_ascii_graphic());
        if at > begin && !joins {
            out.push(&text[begin..at]);
            begin = at;
        }
        before = Some(sign);
    }
    if begin < text.len() {
        out.push(&text[begin..]);
    }
    out
}

fn put(page: &mut Content, glyphs: &[u8], size: f32, x: f32, y: f32) {
    page.begin_text().set_font(FONT_NAME, size).next_line(x, y).show(Str(glyphs)).end_text();
}

fn picture_name(number: usize) -> String {
    format!("P{number}")
}

/// Width, height and whether it is grey, from the head of a JPEG; none for anything else.
fn size_of(bytes: &[u8]) -> Option<(i32, i32, bool)> {
    let mut at = 2;
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return None;
    }
    loop {
        let head = bytes.get(at..at + 4)?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        if head[0] != 0xFF {
            return None;
        }
        if matches!(head[1], 0xC0..=0xC2) {
            let frame = bytes.get(at + 5..at + 10)?;
            let two = |n: usize| i32::from(u16::from_be_bytes([frame[n], frame[n + 1]]));
            return Some((two(2), two(0), frame[4] == 1));
        }
        at += 2 + length;
    }
}

/// Everything as bytes: catalogue, pages, the part of the font that is used, pictures.
fn write(paper: Paper, title: &str) -> Vec<u8> {
    let mut next = 0;
    let mut id = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, tree, info, font) = (id(), id(), id(), id());
    let (descendant, descriptor, file, cmap) = (id(), id(), id(), id());
    let pages: Vec<(Ref, Ref)> = paper.pages.iter().map(|_| (id(), id())).collect();
    let pictures: Vec<Ref> = paper.pictures.iter().map(|_| id()).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.document_info(info).title(TextStr(title)).producer(TextStr("Duban"));
    pdf.pages(tree).kids(pages.iter().map(|(page, _)| *page)).count(i32::try_from(pages.len()).unwrap_or(0));
    write_font(&mut pdf, &paper, [font, descendant, descriptor, file, cmap]);
    for ((content, shown), (page_id, content_id)) in paper.pages.into_iter().zip(&paper.on_page).zip(&pages) {
        pdf.stream(*content_id, &content.finish());
        let mut page = pdf.page(*page_id);
        page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(*content_id);
        let mut resources = page.resources();
        resources.fonts().pair(FONT_NAME, font);
        let mut objects = resources.x_objects();
        for number in shown {
            objects.pair(Name(picture_name(*number).as_bytes()), pictures[*number]);
        }
        objects.finish();
        resources.finish();
        page.finish();
    }
    for (picture, id) in paper.pictures.iter().zip(&pictures) {
        let mut image = pdf.image_xobject(*id, &picture.bytes);
        image.filter(Filter::DctDecode);
        image.width(picture.width).height(picture.height).bits_per_component(8);
        if picture.grey {
            image.color_space().device_gray()
        } else {
            image.color_space().device_rgb()
        };
        image.finish();
    }
    pdf.finish()
}

fn write_font(pdf: &mut Pdf, paper: &Paper, [font, descendant, descriptor, file, cmap]: [Ref; 5]) {
    let name = Name(b"DUBANA+NotoSansSC");
    let part = subsetter::subset(FONT, 0, &paper.glyphs).expect("a part of a whole font is a font");
    pdf.type0_font(font)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant)
        .to_unicode(cmap);
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type2).base_font(name).system_info(IDENTITY).font_descriptor(descriptor);
    cid.default_width(1_000.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid.widths();
    for (glyph, (_, width)) in &paper.signs {
        widths.consecutive(*glyph, [*width]);
    }
    widths.finish();
    cid.finish();
    let em = |units: i16| f32::from(units) * 1_000.0 / f32::from(paper.face.units_per_em());
    let bounds = paper.face.global_bounding_box();
    pdf.font_descriptor(descriptor)
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(em(bounds.x_min), em(bounds.y_min), em(bounds.x_max), em(bounds.y_max)))
        .italic_angle(0.0)
        .ascent(em(paper.face.ascender()))
        .descent(em(paper.face.descender()))
        .cap_height(em(paper.face.capital_height().unwrap_or(700)))
        .stem_v(80.0)
        .font_file2(file);
    pdf.stream(file, &part).pair(Name(b"Length1"), i32::try_from(part.len()).unwrap_or(0));
    let mut unicode = UnicodeCmap::new(Name(b"Duban"), IDENTITY);
    for (glyph, (sign, _)) in &paper.signs {
        unicode.pair(*glyph, *sign);
    }
    pdf.cmap(cmap, &unicode.finish());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_filled_and_the_next_one_begun() {
        let mut paper = Paper::new();
        for _ in 0..9 {
            paper.text(&"路灯不亮，晚上看不见台阶。".repeat(60), 10.0);
        }
        assert!(paper.pages.len() > 1);
        assert_eq!(['路', '›', '\u{1F4A1}'].map(|sign| paper.known(sign)), ['路', '>', UNKNOWN]);
        let line = paper.lines("高压 10kV 线路，编号 SN-2026-000417。", 10.0, 60.0);
        assert!(line.iter().all(|l| !l.starts_with(['，', '。'])), "{line:?}");
        assert_eq!(line.concat(), "高压 10kV 线路，编号 SN-2026-000417。");
        let bytes = paper.finish("测试", |page, total| format!("第 {page} 页，共 {total} 页"));
        assert!(bytes.starts_with(b"%PDF-") && bytes.len() < 200_000, "{}", bytes.len());
        let text = String::from_utf8_lossy(&bytes);
        for sign in ["<8DEF>", "<706F>", "<7B2C>"] {
            assert!(text.contains(sign), "machines can read {sign}");
        }
    }

    #[test]
    fn only_a_jpeg_is_a_picture() {
        assert_eq!(size_of(b"\x89PNG"), None);
        let jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 0, 20, 0, 30, 3, 1, 1, 1];
        assert_eq!(size_of(&jpeg), Some((30, 20, false)));
    }
}
