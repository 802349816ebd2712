using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <param name="Default">The expression of its default; null without one.</param>
internal sealed record SqlColumn(string Name, TypeProto Type, bool IsRequired = false, string? Default = null);
