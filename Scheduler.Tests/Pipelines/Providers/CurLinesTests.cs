using NUnit.Framework;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Aws;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines.Providers;

[TestFixture]
internal sealed class CurLinesTests
{
    private static readonly string[] Columns =
    [
        "line_item_line_item_type",
        "line_item_unblended_cost",
        "savings_plan_savings_plan_effective_cost",
        "savings_plan_total_commitment_to_date",
        "savings_plan_used_commitment",
        "reservation_effective_cost",
        "reservation_unused_amortized_upfront_fee_for_billing_period",
        "reservation_unused_recurring_fee",
        "reservation_reservation_a_r_n",
    ];

    [TestCase("Usage", "10")]
    [TestCase("Tax", "10")]
    [TestCase("Credit", "10")]
    [TestCase("SavingsPlanCoveredUsage", "2.5")]
    [TestCase("SavingsPlanRecurringFee", "1.75")]
    [TestCase("SavingsPlanNegation", "0")]
    [TestCase("SavingsPlanUpfrontFee", "0")]
    [TestCase("DiscountedUsage", "3.125")]
    [TestCase("RIFee", "0.75")]
    [TestCase("Fee", "0", "arn:aws:ec2:reserved-instances/1")]
    [TestCase("Fee", "10", "")]
    public void Each_type_of_line_has_its_amortized_cost(string type, string effective, string arn = "")
    {
        var page = new CurLines().Complete(
            Page(Columns, [type, "10", "2.5", "8", "6.25", "3.125", "0.5", "0.25", arn])
        );

        Assert.That((page.Columns[^1], page.Rows[0][^1]), Is.EqualTo(("effective_cost", effective)));
    }

    [Test]
    public void A_number_that_is_not_given_is_none()
    {
        var page = new CurLines().Complete(Page(Columns, ["RIFee", "10", null, null, null, null, null, "0.25", null]));

        Assert.That(page.Rows[0][^1], Is.EqualTo("0.25"));
    }

    [Test]
    public void A_column_that_the_type_needs_and_the_export_lacks_is_named()
    {
        var drift = Assert.Throws<PipelineException>(() =>
            new CurLines().Complete(Page(Columns[..2], ["DiscountedUsage", "10"]))
        );

        Assert.That(drift.ErrorType, Is.EqualTo(ErrorType.SchemaDrift));
        Assert.That(drift.Message, Does.Contain("Row 7").And.Contain("reservation_effective_cost"));
    }

    [Test]
    public void What_is_no_number_is_named()
    {
        var drift = Assert.Throws<PipelineException>(() =>
            new CurLines().Complete(Page(Columns[..2], ["Usage", "ten"]))
        );

        Assert.That(drift.Message, Does.Contain("line_item_unblended_cost").And.Not.Contain("ten"));
    }

    private static ExtractPage Page(string[] columns, string?[] row) =>
        new()
        {
            Columns = columns,
            Rows = [row],
            FirstRow = 7,
        };
}
