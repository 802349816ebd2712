using System.Collections.Concurrent;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>A type of GoogleSQL, as scripts declare it for their parameters.</summary>
/// <param name="Name">Upper case: STRING, INT64, BOOL, BYTES, TIMESTAMP, DATE, FLOAT64, ARRAY or STRUCT.</param>
/// <param name="Element">Of an ARRAY.</param>
/// <param name="Fields">Of a STRUCT, in order.</param>
internal sealed record BigQueryType(
    string Name,
    BigQueryType? Element,
    IReadOnlyList<(string Name, BigQueryType Type)> Fields
)
{
    private static readonly ConcurrentDictionary<string, BigQueryType> Known = new();

    /// <summary>Reads e.g. <c>array&lt;struct&lt;queue_id string, at timestamp&gt;&gt;</c>.</summary>
    /// <exception cref="FormatException">It is no type.</exception>
    public static BigQueryType Parse(string text) => Known.GetOrAdd(text, Read);

    private static BigQueryType Read(string text)
    {
        var place = 0;
        var type = Type();
        return place == text.TrimEnd().Length ? type : throw new FormatException($"'{text}' is no type.");

        BigQueryType Type()
        {
            var name = Word().ToUpperInvariant();
            if (name == "ARRAY")
            {
                Expect('<');
                var element = Type();
                Expect('>');
                return new BigQueryType(name, element, []);
            }
            if (name == "STRUCT")
            {
                var fields = new List<(string, BigQueryType)>();
                Expect('<');
                do
                {
                    fields.Add((Word(), Type()));
                } while (Is(','));
                Expect('>');
                return new BigQueryType(name, null, fields);
            }
            return new BigQueryType(name, null, []);
        }

        string Word()
        {
            Skip();
            var start = place;
            while (place < text.Length && (char.IsAsciiLetterOrDigit(text[place]) || text[place] == '_'))
            {
                place++;
            }
            return place > start ? text[start..place] : throw new FormatException($"'{text}' is no type.");
        }

        bool Is(char sign)
        {
            Skip();
            if (place == text.Length || text[place] != sign)
            {
                return false;
            }
            place++;
            return true;
        }

        void Expect(char sign)
        {
            if (!Is(sign))
            {
                throw new FormatException($"'{text}' is no type: '{sign}' is missing.");
            }
        }

        void Skip()
        {
            while (place < text.Length && char.IsWhiteSpace(text[place]))
            {
                place++;
            }
        }
    }
}
