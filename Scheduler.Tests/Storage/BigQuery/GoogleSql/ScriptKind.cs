namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

internal enum ScriptKind
{
    Select,
    Insert,
    Update,
    Delete,
    CreateTempTable,
    CreateTable,
    AlterTable,
    CreateView,
    CreateSchema,
    DropTable,
    DropSchema,
    Declare,
    Set,
    If,
    Block,
    Assert,
    Begin,
    Commit,
    Rollback,
}
