using System.Text.Json;

namespace Scheduler.Core.Scheduling.Import;

/// <summary>A customer that is there, and its own parameters for a provider and domain.</summary>
public sealed record ImportContext(string CustomerId, string Provider, string Domain, JsonElement? Parameters);
