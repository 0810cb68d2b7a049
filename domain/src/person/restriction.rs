//! Why a record is for named readers only.

use crate::codes::codes;

codes! {
    RestrictionReason, "reason to restrict":
    /// Works for one of the agencies.
    Staff => "staff",
    RelativeOfStaff => "relative-of-staff",
    HighProfile => "high-profile",
    /// A child death or a serious safeguarding review.
    SeriousIncident => "serious-incident",
    PreAdoption => "pre-adoption",
    HighRisk => "high-risk",
}
