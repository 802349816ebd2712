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
}
