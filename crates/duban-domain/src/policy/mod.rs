//! Who may do what (权限). Permission is a value that nobody outside this module can make:
//! a verb takes [`Permitted`], and only [`permit`] and its two siblings give one. Forgetting the
//! check does not compile. What lies outside somebody's reach is "not found", never "forbidden".

mod action;
mod guard;
mod reach;
mod sign_in;

use std::marker::PhantomData;

pub use action::Action;
pub use guard::{Guard, KEEPERS, keeps_somebody, widens};
pub use reach::Reach;
pub use sign_in::Entry;

use crate::{
    Refusal, RequestId, StaffId,
    case::{Actor, ActorKind, Case},
    city::{City, ReachRule},
};

/// A member of staff (工作人员) as the rules see one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// A person, or another system that shows a service key.
    pub kind: ActorKind,
    /// Its id.
    pub id: StaffId,
    /// The name that colleagues see.
    pub name: String,
    /// The unit they act for.
    pub unit: String,
    /// The key of their role.
    pub role: String,
    /// What the role includes.
    pub actions: Vec<Action>,
    /// What they can see.
    pub reach: Reach,
}

impl Member {
    /// A member with what the city's role gives them; an unknown role gives nothing.
    #[must_use]
    pub fn of(city: &City, id: StaffId, name: &str, unit: &str, role: &str) -> Self {
        let (actions, reach) = city.role(role).map_or((Vec::new(), Reach::Nothing), |r| {
            let reach = match r.reach {
                ReachRule::All => Reach::All,
                ReachRule::None => Reach::Nothing,
                ReachRule::Unit => Reach::Units(vec![unit.to_owned()]),
                ReachRule::UnitAndBelow => {
                    Reach::Units(city.unit_and_below(unit).into_iter().map(str::to_owned).collect())
                }
            };
            (r.actions.clone(), reach)
        });
        let (name, unit, role) = (name.to_owned(), unit.to_owned(), role.to_owned());
        Self { kind: ActorKind::Staff, id, name, unit, role, actions, reach }
    }

    /// Another system, with what its service key gives it: some actions, and one unit with those below, or every case.
    #[must_use]
    pub fn system(city: &City, id: i64, name: &str, unit: Option<&str>, actions: Vec<Action>) -> Self {
        let below = |unit| city.unit_and_below(unit).into_iter().map(str::to_owned).collect();
        Self {
            kind: ActorKind::Partner,
            id: StaffId(id),
            name: name.to_owned(),
            unit: unit.unwrap_or(&city.centre().key).to_owned(),
            role: String::new(),
            actions,
            reach: unit.map_or(Reach::All, |unit| Reach::Units(below(unit))),
        }
    }

    /// Whether the role includes an action. Pages use it to decide what to offer; verbs ask [`permit`].
    #[must_use]
    pub fn can(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    /// This member as the actor of an event.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { kind: self.kind, id: self.id.0, name: self.name.clone(), unit: Some(self.unit.clone()) }
    }
}

/// Declares verbs: marker types that tie a [`Permitted`] to an [`Action`].
macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident => $action:ident, lead: $lead:literal;)*) => {
        /// The verbs that need a permission.
        pub mod verb {
            $($(#[$doc])* #[derive(Clone, Copy, Debug)] pub enum $name {}
            impl super::Verb for $name {
                const ACTION: super::Action = super::Action::$action;
                const LEAD: bool = $lead;
            })*
        }
    };
}

/// Something that needs a permission.
pub trait Verb {
    /// The action a role must include.
    const ACTION: Action;
    /// Whether only the lead unit does it: whoever assists may look and take notes.
    const LEAD: bool;
}

verbs! {
    /// 登记
    Register => Register, lead: false;
    /// 自行登记
    Enter => Enter, lead: false;
    /// 查看
    View => View, lead: false;
    /// 派单
    Dispatch => Dispatch, lead: false;
    /// 签收
    Sign => Sign, lead: true;
    /// 联系
    Contact => Contact, lead: true;
    /// 答复
    Answer => Answer, lead: true;
    /// 审核
    Review => Review, lead: false;
    /// 回访
    Callback => Callback, lead: false;
    /// 改分类
    Classify => Classify, lead: false;
    /// 批注
    Note => Note, lead: false;
    /// 看诉求人
    Reveal => Reveal, lead: false;
    /// 贴标签
    Label => Label, lead: true;
    /// 看数据
    Figures => Figures, lead: false;
    /// 公开审核
    Moderate => Moderate, lead: false;
    /// 公开意愿: the person's, or the hotline's on their word.
    Share => Register, lead: false;
    /// 确认联系方式: the person's own, by a code.
    Confirm => Register, lead: false;
    /// 并入: by the hotline, with the caller on the line.
    Join => Register, lead: false;
    /// 拆开并单
    Part => Dispatch, lead: false;
    /// 撤回: the person's, or the hotline's on their word.
    Withdraw => Register, lead: false;
    /// 质检
    Inspect => Inspect, lead: false;
    /// 管理
    Administer => Administer, lead: false;
    /// 管账号
    Accounts => Accounts, lead: false;
    /// 查变更
    Audit => Audit, lead: false;
    /// 删除个人信息
    Erase => Erase, lead: false;
    /// 申请删除个人信息: on the person's word, by whoever may mend how they are reached.
    AskErasure => Correct, lead: false;
    /// 导出
    Export => Export, lead: false;
    /// 管常用语
    Texts => Texts, lead: false;
    /// 管知识库
    Knowledge => Knowledge, lead: false;
    /// 外部进展: by the system of the unit in charge.
    Report => Answer, lead: true;
    /// 申请退单
    Return => Return, lead: true;
    /// 申请延期
    Extend => Extend, lead: true;
    /// 裁定
    Decide => Decide, lead: false;
    /// 指派经办人
    Assign => Assign, lead: true;
    /// 派子任务
    Task => Task, lead: true;
    /// 办子任务; `permit_task` asks whether it is the member's own.
    Work => Work, lead: false;
    /// 请诉求人补充
    Ask => Ask, lead: true;
    /// 重启
    Reopen => Reopen, lead: false;
    /// 更正联系方式
    Correct => Correct, lead: false;
    /// 记原因: whoever answers for a case says why it happened.
    Cause => Answer, lead: true;
    /// 勾清单: by whoever answers for the case.
    Tick => Answer, lead: true;
    /// 给诉求人看照片
    ShowFile => Answer, lead: true;
    /// 窗口经办
    Hall => Hall, lead: false;
    /// 窗口复核
    HallReview => HallReview, lead: false;
    /// 付款和日结
    HallPay => HallPay, lead: false;
    /// 到期自动处理: the program's own, never a person's.
    Keep => Administer, lead: false;
}

/// The permission to do `V` to one case. Only this module can make it.
#[derive(Debug)]
pub struct Permitted<'a, V> {
    case: &'a Case,
    actor: Actor,
    verb: PhantomData<V>,
}

impl<V> Permitted<'_, V> {
    /// The case.
    #[must_use]
    pub fn case(&self) -> &Case {
        self.case
    }

    /// Who does it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl Permitted<'_, verb::Report> {
    /// The same permission for a step that a report is made of, on the case as it is by then.
    pub(crate) fn at<'b, V: Verb>(&self, case: &'b Case) -> Permitted<'b, V> {
        Permitted { case, actor: self.actor.clone(), verb: PhantomData }
    }
}

/// The permission to do `V` at all, where there is no case yet.
#[derive(Debug)]
pub struct Allowed<V> {
    actor: Actor,
    verb: PhantomData<V>,
}

impl<V> Allowed<V> {
    /// Who does it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

/// May this member do `V` to this case?
pub fn permit<'a, V: Verb>(who: &Member, case: &'a Case) -> Result<Permitted<'a, V>, Refusal> {
    if !who.reach.covers(case) {
        return Err(Refusal::NotFound);
    }
    if !who.can(V::ACTION) {
        return Err(Refusal::MayNot(V::ACTION));
    }
    if V::LEAD && !who.reach.leads(case) {
        return Err(Refusal::LeadOnly(V::ACTION));
    }
    Ok(Permitted { case, actor: who.actor(), verb: PhantomData })
}

/// May this member report on a task of this case? A unit reports on its own; on one that was given to
/// somebody outside, the unit that leads.
pub fn permit_task<'a>(who: &Member, case: &'a Case, no: u16) -> Result<Permitted<'a, verb::Work>, Refusal> {
    let permitted = permit::<verb::Work>(who, case)?;
    let task = case.task(no).ok_or(Refusal::NotFound)?;
    let own = task.unit.as_deref().map_or_else(|| who.reach.leads(case), |unit| who.reach.has(unit));
    if own { Ok(permitted) } else { Err(Refusal::LeadOnly(Action::Work)) }
}

/// Somebody outside who holds the link of one task. The caller has proved the link.
#[must_use]
pub fn by_link<'a>(party: &str, case: &'a Case) -> Permitted<'a, verb::Work> {
    let actor = Actor { kind: ActorKind::Partner, id: 0, name: party.to_owned(), unit: None };
    Permitted { case, actor, verb: PhantomData }
}

/// May this member do `V` at all?
pub fn allow<V: Verb>(who: &Member) -> Result<Allowed<V>, Refusal> {
    if !who.can(V::ACTION) {
        return Err(Refusal::MayNot(V::ACTION));
    }
    Ok(Allowed { actor: who.actor(), verb: PhantomData })
}

/// A resident who opened a page with number and phone tail speaks about their own request only.
pub fn own<'a, V: Verb>(request: RequestId, case: &'a Case) -> Result<Permitted<'a, V>, Refusal> {
    if !case.requests.contains(&request) {
        return Err(Refusal::NotFound);
    }
    let actor = Actor { kind: ActorKind::Resident, id: request.0, name: String::new(), unit: None };
    Ok(Permitted { case, actor, verb: PhantomData })
}

/// The system of one of these units reports on a case that the unit leads.
pub fn by_unit_system<'a>(
    name: &str,
    units: &[String],
    case: &'a Case,
) -> Result<Permitted<'a, verb::Report>, Refusal> {
    let unit = case.unit().filter(|unit| units.iter().any(|u| u == unit)).ok_or(Refusal::NotFound)?;
    let actor = Actor { kind: ActorKind::Partner, id: 0, name: name.to_owned(), unit: Some(unit.to_owned()) };
    Ok(Permitted { case, actor, verb: PhantomData })
}

/// The system that handed a request in speaks for its person.
pub fn by_submitter<'a>(
    name: &str,
    request: RequestId,
    case: &'a Case,
) -> Result<Permitted<'a, verb::Callback>, Refusal> {
    if !case.requests.contains(&request) {
        return Err(Refusal::NotFound);
    }
    let actor = Actor { kind: ActorKind::Partner, id: 0, name: name.to_owned(), unit: None };
    Ok(Permitted { case, actor, verb: PhantomData })
}

/// The program keeps time on its own: deadlines that pass, pages that stop asking, imports.
#[must_use]
pub fn by_system(case: &Case) -> Permitted<'_, verb::Keep> {
    Permitted { case, actor: Actor::system(), verb: PhantomData }
}
