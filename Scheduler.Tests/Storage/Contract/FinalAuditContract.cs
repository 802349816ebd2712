using NUnit.Framework;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>The trail of a database that guards it itself.</summary>
internal abstract class FinalAuditContract : AuditContract
{
    [TestCase("delete from scheduler_audit_entries")]
    [TestCase("update scheduler_audit_entries set after_json = '{}'")]
    [TestCase("update scheduler_audit_entries set key_id = 'somebody else'")]
    public async Task The_store_itself_refuses_to_change_the_trail(string statement)
    {
        await H.OnboardAsync("acme");
        var before = await EntriesAsync();

        Assert.That(() => ExecuteAsync(statement), Throws.Exception);
        Assert.That(await EntriesAsync(), Is.EqualTo(before));
    }
}
