using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Scheduler.Core.Storage;

/// <summary>The named statements of one file <c>sql/&lt;dialect&gt;/&lt;concept&gt;.sql</c>, embedded in this assembly.</summary>
public sealed partial class SqlText
{
    private readonly string file;
    private readonly FrozenDictionary<string, string> statements;

    private SqlText(string file, FrozenDictionary<string, string> statements)
    {
        this.file = file;
        this.statements = statements;
    }

    /// <summary>Names in the file.</summary>
    public IReadOnlyCollection<string> Names => statements.Keys;

    /// <summary>The statement under <c>-- name: {name}</c>.</summary>
    /// <exception cref="KeyNotFoundException">The file has no such statement.</exception>
    public string this[string name] =>
        statements.TryGetValue(name, out var text)
            ? text
            : throw new KeyNotFoundException($"{file} has no statement named {name}.");

    /// <summary>Reads one file.</summary>
    /// <exception cref="FileNotFoundException">No such file is embedded.</exception>
    public static SqlText Load(string dialect, string concept)
    {
        var file = $"sql/{dialect}/{concept}.sql";
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
            ?? throw new FileNotFoundException($"{file} is not embedded.");
        using var reader = new StreamReader(stream);
        var parts = NameLine().Split(reader.ReadToEnd());
        var statements = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1; i < parts.Length; i += 2)
        {
            if (!statements.TryAdd(parts[i], parts[i + 1].Trim()))
            {
                throw new FormatException($"{file} names {parts[i]} twice.");
            }
        }
        return new SqlText(file, statements.ToFrozenDictionary(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^--[ ]*name:[ ]*([a-z0-9_]+)[ ]*\r?$", RegexOptions.Multiline)]
    private static partial Regex NameLine();
}
