using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;

namespace Scheduler.Core.Storage;

/// <summary>
/// The named statements of one embedded file <c>sql/&lt;dialect&gt;/&lt;concept&gt;.sql</c>: each begins with
/// <c>-- name: x</c>, optionally followed by <c>-- mode: read|write</c>, <c>-- scope: all</c> and, where the dialect sends types along,
/// <c>-- param: name type</c>, and ends where the next begins.
/// </summary>
public sealed class SqlText
{
    private const string NameMark = "-- name:";
    private const string ModeMark = "-- mode:";
    private const string ScopeMark = "-- scope:";
    private const string ParameterMark = "-- param:";
    private static readonly ConcurrentDictionary<(string Dialect, string Concept), SqlText> Loaded = new();

    private readonly FrozenDictionary<string, SqlStatement> statements;
    private readonly string file;

    private SqlText(string file, IEnumerable<SqlStatement> statements)
    {
        this.file = file;
        this.statements = statements.ToFrozenDictionary(statement => statement.Name);
    }

    public IEnumerable<SqlStatement> Statements => statements.Values;

    /// <summary>The text of a statement.</summary>
    /// <exception cref="KeyNotFoundException">The file has no statement of that name.</exception>
    public string this[string name] => Find(name).Text;

    public SqlStatement Find(string name) =>
        statements.TryGetValue(name, out var statement)
            ? statement
            : throw new KeyNotFoundException($"{file} has no statement '{name}'.");

    /// <exception cref="FileNotFoundException">No such file is embedded.</exception>
    public static SqlText Load(string dialect, string concept) =>
        Loaded.GetOrAdd((dialect, concept), key => Parse($"sql/{key.Dialect}/{key.Concept}.sql"));

    /// <summary>
    /// Puts another statement in the place of the one of its name, for the sessions that are opened from now on. No part of the product
    /// calls it: it is how tests ask what would notice a mistake in a script.
    /// </summary>
    internal static void Replace(string dialect, string concept, SqlStatement statement)
    {
        var loaded = Load(dialect, concept);
        Loaded[(dialect, concept)] = new SqlText(
            loaded.file,
            loaded.Statements.Where(other => other.Name != statement.Name).Append(statement)
        );
    }

    /// <summary>The concepts that a dialect has a file for.</summary>
    public static IReadOnlyList<string> Concepts(string dialect)
    {
        var folder = $"sql/{dialect}/";
        return
        [
            .. ResourceNames()
                .Where(name =>
                    name.StartsWith(folder, StringComparison.Ordinal) && !name[folder.Length..].Contains('/')
                )
                .Select(name => name[folder.Length..^".sql".Length])
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The numbered migration files of a dialect, in order, with their whole text.</summary>
    public static IReadOnlyList<(string Name, string Text)> Migrations(string dialect)
    {
        var folder = $"sql/{dialect}/migrations/";
        return
        [
            .. ResourceNames()
                .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => (name[folder.Length..^".sql".Length], Read(name))),
        ];
    }

    private static string[] ResourceNames() => typeof(SqlText).Assembly.GetManifestResourceNames();

    private static SqlText Parse(string file)
    {
        var found = new List<SqlStatement>();
        string? name = null;
        var isWrite = false;
        var isForAll = false;
        var parameters = new List<SqlParameter>();
        var text = new StringBuilder();
        foreach (var line in Read(file).Split('\n'))
        {
            if (line.StartsWith(NameMark, StringComparison.Ordinal))
            {
                Close();
                name = line[NameMark.Length..].Trim();
            }
            else if (line.StartsWith(ModeMark, StringComparison.Ordinal))
            {
                isWrite = line[ModeMark.Length..].Trim() == "write";
            }
            else if (line.StartsWith(ScopeMark, StringComparison.Ordinal))
            {
                isForAll = line[ScopeMark.Length..].Trim() == "all";
            }
            else if (line.StartsWith(ParameterMark, StringComparison.Ordinal))
            {
                var declared = line[ParameterMark.Length..].Trim().Split(' ', 2);
                parameters.Add(new SqlParameter(declared[0], declared[1]));
            }
            else if (name is not null)
            {
                text.Append(line).Append('\n');
            }
        }
        Close();
        return new SqlText(file, found);

        void Close()
        {
            if (name is not null)
            {
                found.Add(new SqlStatement(name, text.ToString().Trim(), isWrite, isForAll, parameters));
            }
            text.Clear();
            isWrite = false;
            isForAll = false;
            parameters = [];
        }
    }

    private static string Read(string resource)
    {
        using var stream =
            typeof(SqlText).Assembly.GetManifestResourceStream(resource)
            ?? throw new FileNotFoundException($"{resource} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
