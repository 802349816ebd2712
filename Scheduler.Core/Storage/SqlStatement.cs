namespace Scheduler.Core.Storage;

/// <summary>One named script of a .sql file.</summary>
/// <param name="IsWrite">Whether it changes anything: <c>-- mode: write</c> under the name.</param>
/// <param name="IsForAll">
/// Whether it looks beyond the customer that it is given: <c>-- scope: all</c>. Where an engine keeps customers apart, it does not
/// keep this one in.
/// </param>
/// <param name="Parameters">
/// The parameters with their types, where the dialect sends types along: <c>-- param: name type</c>.
/// </param>
public sealed record SqlStatement(
    string Name,
    string Text,
    bool IsWrite,
    bool IsForAll,
    IReadOnlyList<SqlParameter> Parameters
);
