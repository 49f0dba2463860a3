//! 删除个人信息: why it is done, how far it is, and what is known of whom it concerns.
//!
//! What is erased where is the program's to do (`app/erasure`); here are the words for it, and what a person's name and
//! number look like inside a text.

use serde::{Deserialize, Serialize};

use crate::{
    person::{Person, folded_name},
    request::closed_set,
    sensitive,
};

closed_set! {
    /// Why the data of a person is erased (删除事由); the law behind each is in docs/ops/people.md.
    ErasureGround {
        /// 本人要求: the person asks for it, and it is needed no longer.
        Asked = 1, "asked", "本人要求", "The person asks for it";
        /// 目的已实现: it is needed no longer.
        Done = 2, "done", "目的已实现，不再需要", "It is needed no longer";
        /// 处理有误: it should not have been taken down.
        Wrong = 3, "wrong", "本不该收集或处理有误", "It should not have been taken down";
        /// 近亲属要求: of somebody who died.
        Heirs = 4, "heirs", "本人去世，近亲属要求", "A close relative of somebody who died asks";
        /// 法律规定或有关机关要求
        Ordered = 5, "ordered", "法律规定或有关机关要求", "A law or an authority orders it";
    }
}

closed_set! {
    /// How it is known that whoever asks is the person (核身方式).
    IdentityCheck {
        /// 凭编号和手机号后四位: enough to follow a matter, and not to have everything erased.
        Pass = 1, "pass", "只凭编号和手机号后四位", "By the number and the end of the telephone only";
        /// 凭验证码: a code went to the number or the address that was left.
        Code = 2, "code", "凭验证码", "By a code to the number or address";
        /// 回拨核对
        CalledBack = 3, "called-back", "回拨留下的号码核对", "Called back on the number that was left";
        /// 看过证件
        Papers = 4, "papers", "当面看过证件", "Papers were seen";
        /// 看过亲属关系证明
        Kinship = 5, "kinship", "看过亲属关系证明", "Proof of kinship was seen";
    }
}

impl IdentityCheck {
    /// Whether it shows well enough who asks, for this ground.
    #[must_use]
    pub fn is_enough(self, ground: ErasureGround) -> bool {
        match ground {
            ErasureGround::Heirs => self == Self::Kinship,
            _ => self != Self::Pass,
        }
    }

    /// Those that a member of staff can have made.
    pub fn by_staff() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|check| !matches!(check, Self::Pass | Self::Code))
    }
}

impl ErasureGround {
    /// Whether somebody outside asks, so that it must be known who they are.
    #[must_use]
    pub fn needs_identity(self) -> bool {
        matches!(self, Self::Asked | Self::Heirs)
    }

    /// Whether it is known well enough who asks.
    #[must_use]
    pub fn is_checked(self, check: Option<IdentityCheck>) -> bool {
        !self.needs_identity() || check.is_some_and(|check| check.is_enough(self))
    }
}

closed_set! {
    /// How far an erasure is (删除进度).
    ErasureState {
        /// 待审批
        Asked = 1, "asked", "待审批", "To be decided";
        /// 正在删
        Running = 2, "running", "正在删", "Under way";
        /// 已删
        Done = 3, "done", "已删", "Done";
        /// 未同意
        Refused = 4, "refused", "未同意", "Refused";
    }
}

/// How much was erased (删除数量).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// 诉求: requests whose words were masked.
    pub requests: u64,
    /// 身份: names with their numbers and addresses.
    pub people: u64,
    /// 经过: entries of histories that said something of the person.
    pub events: u64,
    /// 照片和文件
    pub files: u64,
    /// 通知
    pub notices: u64,
    /// 来信
    pub letters: u64,
    /// 通话
    pub calls: u64,
    /// 订阅
    pub watches: u64,
    /// 其他文字: alerts, inspections, kept filters, prepared texts, exports that were searched by a name.
    pub texts: u64,
}

impl Counts {
    /// These and those.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.people += other.people;
        self.events += other.events;
        self.files += other.files;
        self.notices += other.notices;
        self.letters += other.letters;
        self.calls += other.calls;
        self.watches += other.watches;
        self.texts += other.texts;
    }
}

/// What is known of somebody and may stand in a text (已知身份).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(Vec<String>);

impl Known {
    /// The name as it was left and as it is compared, its parts, the number, the mail address. A single character, a title
    /// and what people write in the place of a name are not looked for: they would be in every text.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        let name = person.name.trim();
        let mut words = vec![name.to_owned(), folded_name(name)];
        words.extend(name.split(['·', '\u{2022}', '\u{30fb}', ' ']).map(str::to_owned));
        words.retain(|word| word.chars().count() >= 2 && !sensitive::is_nobody(word));
        words.extend(person.phone.as_ref().map(|phone| phone.digits().to_owned()));
        words.extend(person.mail.as_ref().map(|mail| mail.address().to_owned()));
        words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        Self(words)
    }

    /// What is known of several, as of one: the same person leaves a name here and only a number there.
    #[must_use]
    pub fn together(all: impl IntoIterator<Item = Self>) -> Self {
        let mut words: Vec<String> = all.into_iter().flat_map(|known| known.0).collect();
        words.sort_unstable_by(|a, b| (b.len(), b).cmp(&(a.len(), a)));
        words.dedup();
        Self(words)
    }

    /// The words to look for.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// The text with these, and with everything else that gives somebody away, masked.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        sensitive::mask_also(text, &self.0)
    }

    /// The text with these masked, and nothing else: for texts that are of others.
    #[must_use]
    pub fn out_of(&self, text: &str) -> String {
        sensitive::without(text, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::Phone;

    #[test]
    fn whoever_asks_is_known_before_anything_goes() {
        use {ErasureGround as Ground, IdentityCheck as Check};
        assert!(!Ground::Asked.is_checked(None) && !Ground::Asked.is_checked(Some(Check::Pass)));
        assert!(
            Ground::Asked.is_checked(Some(Check::Code)) && Ground::Asked.is_checked(Some(Check::CalledBack))
        );
        assert!(
            !Ground::Heirs.is_checked(Some(Check::Code)) && Ground::Heirs.is_checked(Some(Check::Kinship))
        );
        assert!(Ground::Ordered.is_checked(None) && Ground::Done.is_checked(None));
        assert!(Check::by_staff().all(|check| check.is_enough(Ground::Asked)));
    }

    #[test]
    fn a_name_is_known_in_all_its_forms_and_a_single_sign_is_not() {
        let phone = Phone::parse("139 0000 6021").unwrap();
        let known = Known::of(&Person { name: "阿依古丽·买买提".into(), phone, ..Person::default() });
        assert_eq!(known.words(), ["阿依古丽·买买提", "阿依古丽买买提", "阿依古丽", "13900006021", "买买提"]);
        assert_eq!(known.mask("阿依古丽和13900006021"), "＊＊＊和＊＊＊");
        assert!(Known::of(&Person { name: "王".into(), ..Person::default() }).words().is_empty());
    }
}
