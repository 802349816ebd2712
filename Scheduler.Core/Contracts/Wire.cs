using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;

namespace Scheduler.Core.Contracts;

/// <summary>
/// The one mapping between enum members and the words that cross HTTP and stand in the store:
/// <c>QuotaDaily</c> is <c>QUOTA_DAILY</c>, <c>RunOnce</c> is <c>run_once</c>.
/// </summary>
public static class Wire
{
    /// <summary>The word for <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a declared member.</exception>
    public static string Name<T>(T value)
        where T : struct, Enum =>
        Vocabulary<T>.Names.TryGetValue(value, out var name)
            ? name
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Not a {typeof(T).Name}.");

    /// <summary>Finds the member for a word. Case matters only where the vocabulary says so: it is ignored here.</summary>
    public static bool TryParse<T>(string? word, out T value)
        where T : struct, Enum
    {
        value = default;
        return word is not null && Vocabulary<T>.Values.TryGetValue(word, out value);
    }

    /// <summary>Reads a word that this system itself wrote.</summary>
    /// <exception cref="FormatException">The word is not in the vocabulary.</exception>
    public static T Parse<T>(string word)
        where T : struct, Enum =>
        TryParse<T>(word, out var value) ? value : throw new FormatException($"'{word}' is not a {typeof(T).Name}.");

    /// <summary>All words of a vocabulary, in declaration order; for messages that say what would be right.</summary>
    public static IReadOnlyList<string> Words<T>()
        where T : struct, Enum => Vocabulary<T>.Words;

    private static class Vocabulary<T>
        where T : struct, Enum
    {
        private static readonly JsonNamingPolicy Policy =
            typeof(T).GetCustomAttribute<WireCaseAttribute>()?.Upper == true
                ? JsonNamingPolicy.SnakeCaseUpper
                : JsonNamingPolicy.SnakeCaseLower;

        public static readonly FrozenDictionary<T, string> Names = Enum.GetValues<T>()
            .ToFrozenDictionary(value => value, value => Policy.ConvertName(value.ToString()));

        public static readonly FrozenDictionary<string, T> Values = Names.ToFrozenDictionary(
            pair => pair.Value,
            pair => pair.Key,
            StringComparer.OrdinalIgnoreCase
        );

        public static readonly IReadOnlyList<string> Words = [.. Enum.GetValues<T>().Select(value => Names[value])];
    }
}
