using NUnit.Framework;
using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Datasets;

public sealed class DatasetIdTests
{
    [TestCase("acme_corp", "acme_corp")]
    [TestCase("ACME_Corp", "acme_corp")]
    [TestCase("a1_", "a1_")]
    [TestCase(
        "12345678901234567890123456789012345678901234567890",
        "12345678901234567890123456789012345678901234567890"
    )]
    public void A_customer_id_becomes_its_lower_case(string customer, string dataset)
    {
        Assert.That(DatasetId.TryCreate(customer, out var id, out _), Is.True);
        Assert.That(id?.Value, Is.EqualTo(dataset));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("ab")]
    [TestCase("123456789012345678901234567890123456789012345678901")]
    [TestCase("acme-corp")]
    [TestCase("acme.corp")]
    [TestCase("acme corp")]
    [TestCase("acme\n")]
    [TestCase("acme\0corp")]
    [TestCase("acme/corp")]
    [TestCase("../acme")]
    [TestCase("acme`; drop table x")]
    [TestCase("acmé_corp")]
    [TestCase("\u212Aelvin")]
    [TestCase("acme\u0130")]
    [TestCase("ａｃｍｅ")]
    [TestCase("customers")]
    [TestCase("CUSTOMERS")]
    [TestCase("information_schema")]
    [TestCase("main")]
    [TestCase("temp")]
    [TestCase("system")]
    [TestCase("_acme")]
    [TestCase("pg_acme")]
    [TestCase("PG_acme")]
    [TestCase("scheduler_acme")]
    public void Every_other_text_is_refused_with_a_reason(string? customer)
    {
        Assert.That(DatasetId.TryCreate(customer, out _, out var error), Is.False);
        Assert.That(error, Is.Not.Empty);
    }
}
