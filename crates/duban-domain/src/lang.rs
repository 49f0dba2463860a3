//! The two languages of the interface, and a text in both.

use serde::{Deserialize, Serialize};

/// The language a page or a message is in. Chinese comes first, English is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 中文 (zh-CN).
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The text of this language; the Chinese text is also the key a third language would look up.
    #[must_use]
    pub fn t<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The value of an HTML `lang` attribute.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.t("zh-CN", "en")
    }

    /// Reads `zh`, `zh-CN`, `en`, `en-GB` …; anything else is none of ours.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

/// A text in both languages, as the city pack writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Words {
    /// The text in one language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        lang.t(&self.zh, &self.en)
    }
}
