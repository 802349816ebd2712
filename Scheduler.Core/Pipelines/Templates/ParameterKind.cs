using Scheduler.Core.Contracts;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>What a template's parameter may hold.</summary>
[WireCase(upper: false)]
public enum ParameterKind
{
    Int,
    Decimal,
    String,
    Bool,

    /// <summary>One of the listed words.</summary>
    Enum,

    /// <summary>An ISO day, <c>2026-01-31</c>.</summary>
    Date,

    /// <summary>A relative path in the customer's own folder.</summary>
    Path,

    /// <summary>An https URL on a host that the operator allows.</summary>
    Url,

    /// <summary>A letter or underscore, then letters, digits and underscores, at most 128.</summary>
    Identifier,

    /// <summary>A Google Cloud project id.</summary>
    GcpProject,

    /// <summary><c>project.dataset.table</c>.</summary>
    BigqueryTable,

    /// <summary>
    /// A scope of Azure: <c>subscriptions/…</c> (with or without a resource group), <c>providers/Microsoft.Management/managementGroups/…</c>,
    /// or <c>providers/Microsoft.Billing/billingAccounts/…</c> and what lies below.
    /// </summary>
    AzureScope,
}
