using NUnit.Framework;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Contracts;

public sealed class EmailAddressTests
{
    [TestCase("owner@example.com")]
    [TestCase("first.last+tag@sub.example.co.uk")]
    [TestCase("o'brien@example.com")]
    [TestCase("a@localhost")]
    [TestCase("a@xn--mnchen-3ya.example")]
    public void An_address_that_mail_is_sent_to(string text) => Assert.That(EmailAddress.IsValid(text), Is.True);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("owner")]
    [TestCase("@example.com")]
    [TestCase("owner@")]
    [TestCase("owner@example.com\n")]
    [TestCase("owner@example.com\r\nBcc: other@example.com")]
    [TestCase("owner@example.com,other@example.com")]
    [TestCase("owner@example.com other@example.com")]
    [TestCase("Owner <owner@example.com>")]
    [TestCase("\"a b\"@example.com")]
    [TestCase("a@b@example.com")]
    [TestCase("owner@-example.com")]
    [TestCase("owner@exam_ple.com")]
    [TestCase("owner@münchen.example")]
    public void What_is_no_such_address(string? text) => Assert.That(EmailAddress.IsValid(text), Is.False);
}
