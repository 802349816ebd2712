using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Core.Storage;

/// <summary>One numbered migration file of a dialect.</summary>
internal sealed record Migration(string Name, string Text)
{
    /// <summary>SHA-256 of the text, hexadecimal: an applied file must never read otherwise.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    /// <summary>What a database has not had yet, in order.</summary>
    /// <param name="applied">What it had: checksums by name.</param>
    /// <exception cref="SchemaDriftException">A file was applied in another form.</exception>
    public static IReadOnlyList<Migration> Pending(string dialect, IReadOnlyDictionary<string, string> applied)
    {
        var pending = new List<Migration>();
        foreach (var (name, text) in SqlText.Migrations(dialect))
        {
            var migration = new Migration(name, text);
            if (!applied.TryGetValue(name, out var known))
            {
                pending.Add(migration);
            }
            else if (known != migration.Checksum)
            {
                throw new SchemaDriftException(
                    $"Migration {name} was applied in another form; the database is not this version's."
                );
            }
        }
        return pending;
    }
}
