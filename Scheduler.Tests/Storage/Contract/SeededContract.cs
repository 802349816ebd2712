namespace Scheduler.Tests.Storage.Contract;

/// <summary>A contract that puts rows into states which no store operation reaches yet; the SQL is plain enough for every engine.</summary>
internal abstract class SeededContract : StoreContract
{
    protected abstract Task ExecuteAsync(string sql);

    protected abstract Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string sql);
}
