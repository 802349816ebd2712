using NUnit.Framework;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>The chains of a database that guards their heads itself.</summary>
internal abstract class FinalAuditChainContract : AuditChainContract
{
    [TestCase("delete from scheduler_audit_heads")]
    [TestCase("update scheduler_audit_heads set position = position - 1")]
    public async Task The_store_itself_refuses_to_take_a_head_back(string statement)
    {
        await SeedAsync();

        Assert.That(() => ExecuteAsync(statement), Throws.Exception);
    }
}
