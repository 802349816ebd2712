using System.Collections.Concurrent;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>What a job tells its script beside the text.</summary>
internal sealed record ScriptSettings
{
    /// <summary>What CURRENT_TIMESTAMP tells.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Bytes; a statement that would be billed for more fails unbilled. Null for no limit.</summary>
    public long? MaximumBytesBilled { get; init; }

    /// <summary>Where executed statements are noted.</summary>
    public ConcurrentQueue<StatementUse> Uses { get; init; } = new();

    /// <summary>Ends the script between two of its steps.</summary>
    public CancellationToken Stop { get; init; }
}
