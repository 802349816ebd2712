using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Quotas;
using Scheduler.Core.Subscriptions;

namespace Scheduler.Tests.Subscriptions;

public sealed class SubscriptionChangeTests
{
    [TestCase(false, 3, 3, TestName = "A_limit_that_the_operator_lowered_outlives_a_customers_change_of_plan")]
    [TestCase(false, 25, 100, TestName = "A_limit_of_the_catalogue_becomes_that_of_the_new_plan")]
    [TestCase(false, 500, 100, TestName = "A_limit_that_the_operator_raised_is_not_carried_to_another_plan")]
    [TestCase(true, 3, 100, TestName = "An_admin_changes_plan_and_limits_together")]
    public void Limits_after_a_change_of_plan(bool isAdmin, int now, int then)
    {
        PlanCatalog.TryFind("SCALE", out var scale);
        var current = new SubscriptionRecord
        {
            SubscriptionId = "s1",
            PlanName = "PROFESSIONAL",
            Status = SubscriptionStatus.Active,
            MaxTeamMembers = 6,
            MaxProviders = 6,
            MaxPipelinesPerDay = now,
            MaxPipelinesPerMonth = 750,
            MaxConcurrentPipelines = 3,
            SubscriptionStartDate = new LocalDate(2026, 1, 1),
            CreatedAt = Instant.FromUtc(2026, 1, 1, 0, 0),
        };

        var next = SubscriptionChange.Next(
            current,
            new UpdateSubscriptionRequest { PlanName = SubscriptionPlan.Scale },
            scale!,
            isAdmin,
            new LocalDate(2026, 3, 1)
        );

        Assert.That(next.MaxPipelinesPerDay, Is.EqualTo(then));
    }

    [Test]
    public void What_is_left_out_stays_and_what_is_asked_for_takes_its_place()
    {
        var current = Full(SubscriptionStatus.Active);
        var asked = new UpdateSubscriptionRequest
        {
            SubscriptionEndDate = new LocalDate(2027, 1, 1),
            TrialEndDate = new LocalDate(2027, 2, 2),
            BillingCycle = BillingCycle.Monthly,
            AutoRenew = false,
            CancellationReason = "other",
        };

        var same = Next(current, new UpdateSubscriptionRequest(), isAdmin: true);
        var changed = Next(current, asked, isAdmin: true);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(same, Is.EqualTo(current));
            Assert.That(
                changed,
                Is.EqualTo(
                    current with
                    {
                        SubscriptionEndDate = asked.SubscriptionEndDate,
                        TrialEndDate = asked.TrialEndDate,
                        BillingCycle = BillingCycle.Monthly,
                        AutoRenew = false,
                        CancellationReason = "other",
                    }
                )
            );
        }
    }

    [TestCase(SubscriptionStatus.Expired, null, null, false, TestName = "Expired")]
    [TestCase(SubscriptionStatus.Cancelled, null, null, false, TestName = "Cancelled")]
    [TestCase(SubscriptionStatus.Active, "2026-02-28", null, false, TestName = "Over since yesterday")]
    [TestCase(SubscriptionStatus.Trial, "2026-02-28", null, false, TestName = "A trial whose subscription is over")]
    [TestCase(SubscriptionStatus.Trial, null, "2026-02-28", false, TestName = "A trial that is over")]
    [TestCase(SubscriptionStatus.Active, "2026-03-01", null, true, TestName = "Its last day is today")]
    [TestCase(SubscriptionStatus.Trial, "2026-03-01", "2026-03-01", true, TestName = "The trial's last day is today")]
    [TestCase(SubscriptionStatus.Active, null, "2026-02-28", true, TestName = "A trial of before does not matter")]
    [TestCase(SubscriptionStatus.Suspended, "2026-02-28", null, true, TestName = "Suspended stays so")]
    [TestCase(
        SubscriptionStatus.PastDue,
        "2026-02-28",
        null,
        true,
        TestName = "Who owes money does not get rid of it so"
    )]
    public void A_customer_whose_subscription_is_over_begins_anew_by_naming_a_plan(
        SubscriptionStatus status,
        string? end,
        string? trialEnd,
        bool goesOn
    )
    {
        var current = Full(status) with { SubscriptionEndDate = Date(end), TrialEndDate = Date(trialEnd) };
        var change = new UpdateSubscriptionRequest { PlanName = SubscriptionPlan.Professional };

        var next = Next(current, change, isAdmin: false);

        Assert.That(
            next,
            Is.EqualTo(
                goesOn
                    ? current
                    : current with
                    {
                        Status = SubscriptionStatus.Active,
                        SubscriptionStartDate = Today,
                        SubscriptionEndDate = null,
                        CancellationReason = null,
                        // The limits of the plan, less what the operator had lowered by hand.
                        MaxPipelinesPerDay = 3,
                    }
            )
        );
    }

    [Test]
    public void Nothing_begins_anew_without_a_plan_or_by_an_admins_hand()
    {
        var over = Full(SubscriptionStatus.Expired);
        var named = new UpdateSubscriptionRequest { PlanName = SubscriptionPlan.Professional };
        var renewed = new UpdateSubscriptionRequest { AutoRenew = false };

        Assert.That(Next(over, named, isAdmin: true), Is.EqualTo(over));
        Assert.That(Next(over, renewed, isAdmin: false), Is.EqualTo(over with { AutoRenew = false }));
    }

    [Test]
    public void Beginning_anew_takes_the_limits_of_the_catalogue_again()
    {
        var over = Full(SubscriptionStatus.Expired) with { MaxTeamMembers = 99, MaxPipelinesPerDay = 99 };

        var next = Next(
            over,
            new UpdateSubscriptionRequest { PlanName = SubscriptionPlan.Professional },
            isAdmin: false
        );

        Assert.That((next.MaxTeamMembers, next.MaxPipelinesPerDay), Is.EqualTo((6, 25)));
    }

    [TestCase(
        "ENTERPRISE",
        null,
        "SCALE",
        11,
        TestName = "Unlimited by the catalogue becomes the limit of the new plan"
    )]
    [TestCase("STARTER", null, "SCALE", 11, TestName = "Unlimited by hand is not carried to a plan with a limit")]
    [TestCase("PROFESSIONAL", 4, "SCALE", 4, TestName = "Lowered by hand stays so")]
    [TestCase("PROFESSIONAL", 4, "ENTERPRISE", 4, TestName = "Lowered by hand stays so where the plan has no limit")]
    [TestCase(
        "PROFESSIONAL",
        6,
        "ENTERPRISE",
        null,
        TestName = "What the plan limited is unlimited where the new one is"
    )]
    [TestCase("GONE", 4, "SCALE", 11, TestName = "A plan that is offered no more leaves nothing behind")]
    public void Team_members_after_a_change_of_plan(string before, int? now, string after, int? then)
    {
        var current = Full(SubscriptionStatus.Active) with { PlanName = before, MaxTeamMembers = now };
        PlanCatalog.TryFind(after, out var plan);

        var next = SubscriptionChange.Next(current, new UpdateSubscriptionRequest(), plan!, isAdmin: false, Today);

        Assert.That((next.PlanName, next.MaxTeamMembers), Is.EqualTo((after, then)));
    }

    [TestCase(-1, null)]
    [TestCase(0, 0)]
    [TestCase(4, 4)]
    public void A_limit_is_set_by_hand_and_lifted_by_one_below_nought(int asked, int? then)
    {
        var next = Next(
            Full(SubscriptionStatus.Active),
            new UpdateSubscriptionRequest { MaxTeamMembers = asked },
            isAdmin: true
        );

        Assert.That(next.MaxTeamMembers, Is.EqualTo(then));
    }

    private static LocalDate Today => new(2026, 3, 1);

    private static LocalDate? Date(string? text) =>
        text is null ? null : NodaTime.Text.LocalDatePattern.Iso.Parse(text).Value;

    private static SubscriptionRecord Next(SubscriptionRecord current, UpdateSubscriptionRequest change, bool isAdmin)
    {
        PlanCatalog.TryFind("PROFESSIONAL", out var plan);
        return SubscriptionChange.Next(current, change, plan!, isAdmin, Today);
    }

    /// <summary>Every field has a value; the runs of a day were limited by hand.</summary>
    private static SubscriptionRecord Full(SubscriptionStatus status) =>
        new()
        {
            SubscriptionId = "s1",
            PlanName = "PROFESSIONAL",
            Status = status,
            MaxTeamMembers = 6,
            MaxProviders = 6,
            MaxPipelinesPerDay = 3,
            MaxPipelinesPerMonth = 750,
            MaxConcurrentPipelines = 3,
            SubscriptionStartDate = new LocalDate(2026, 1, 1),
            SubscriptionEndDate = new LocalDate(2026, 12, 31),
            TrialEndDate = new LocalDate(2026, 1, 14),
            BillingCycle = BillingCycle.Annual,
            AutoRenew = true,
            CancellationReason = "too dear",
            CreatedAt = Instant.FromUtc(2026, 1, 1, 0, 0),
        };
}
