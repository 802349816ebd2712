using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>Types of GoogleSQL: from their text, and as BigQuery's REST names them.</summary>
internal static class SqlTypes
{
    public static TypeProto Text { get; } = Of(SqlKind.Text);
    public static TypeProto Int64 { get; } = Of(SqlKind.Int64);
    public static TypeProto Bool { get; } = Of(SqlKind.Bool);
    public static TypeProto Timestamp { get; } = Of(SqlKind.Timestamp);

    public static TypeProto ArrayOf(TypeProto element) =>
        new()
        {
            TypeKind = SqlKind.Array,
            ArrayType = new() { ElementType = element },
        };

    public static TypeProto StructOf(IEnumerable<(string Name, TypeProto Type)> parts)
    {
        var fields = new StructTypeProto();
        fields.Field.AddRange(
            parts.Select(part => new StructFieldProto { FieldName = part.Name, FieldType = part.Type })
        );
        return new TypeProto { TypeKind = SqlKind.Struct, StructType = fields };
    }

    /// <summary>Reads e.g. <c>array&lt;struct&lt;id string, at timestamp&gt;&gt;</c>.</summary>
    public static TypeProto Parse(string text)
    {
        var rest = text.AsSpan().Trim();
        var type = Parse(ref rest);
        return rest.Trim().IsEmpty ? type : throw new FormatException($"'{text}' is no type: '{rest}' is left.");
    }

    /// <summary>The newer name, as query parameters have it.</summary>
    public static string Name(TypeProto type) =>
        type.TypeKind switch
        {
            SqlKind.Int64 => "INT64",
            SqlKind.Bool => "BOOL",
            SqlKind.Double => "FLOAT64",
            SqlKind.Text => "STRING",
            SqlKind.Bytes => "BYTES",
            SqlKind.Date => "DATE",
            SqlKind.Timestamp => "TIMESTAMP",
            SqlKind.Numeric => "NUMERIC",
            SqlKind.BigNumeric => "BIGNUMERIC",
            SqlKind.Json => "JSON",
            SqlKind.Array => $"ARRAY<{Name(type.ArrayType.ElementType)}>",
            SqlKind.Struct =>
                $"STRUCT<{string.Join(", ", type.StructType.Field.Select(f => $"{f.FieldName} {Name(f.FieldType)}"))}>",
            _ => throw new NotSupportedException($"Type {type.TypeKind} is not used."),
        };

    /// <summary>The older name, as schemas of results have it.</summary>
    public static string LegacyName(TypeProto type) =>
        type.TypeKind switch
        {
            SqlKind.Int64 => "INTEGER",
            SqlKind.Bool => "BOOLEAN",
            SqlKind.Double => "FLOAT",
            SqlKind.Struct => "RECORD",
            SqlKind.Array => LegacyName(type.ArrayType.ElementType),
            _ => Name(type),
        };

    private static TypeProto Parse(ref ReadOnlySpan<char> rest)
    {
        var word = Word(ref rest).ToString().ToUpperInvariant();
        return word switch
        {
            "INT64" or "INTEGER" => Int64,
            "BOOL" or "BOOLEAN" => Bool,
            "FLOAT64" or "FLOAT" => Of(SqlKind.Double),
            "STRING" => Text,
            "BYTES" => Of(SqlKind.Bytes),
            "DATE" => Of(SqlKind.Date),
            "TIMESTAMP" => Timestamp,
            "NUMERIC" => Of(SqlKind.Numeric),
            "BIGNUMERIC" => Of(SqlKind.BigNumeric),
            "JSON" => Of(SqlKind.Json),
            "ARRAY" => ArrayOf(Inside(ref rest)),
            "STRUCT" => Fields(ref rest),
            _ => throw new FormatException($"'{word}' is no type that is used here."),
        };
    }

    private static TypeProto Inside(ref ReadOnlySpan<char> rest)
    {
        Expect('<', ref rest);
        var type = Parse(ref rest);
        Expect('>', ref rest);
        return type;
    }

    private static TypeProto Fields(ref ReadOnlySpan<char> rest)
    {
        var fields = new StructTypeProto();
        Expect('<', ref rest);
        while (true)
        {
            var name = Word(ref rest).ToString();
            fields.Field.Add(new StructFieldProto { FieldName = name, FieldType = Parse(ref rest) });
            rest = rest.TrimStart();
            if (rest[0] == '>')
            {
                rest = rest[1..];
                return new TypeProto { TypeKind = SqlKind.Struct, StructType = fields };
            }
            Expect(',', ref rest);
        }
    }

    private static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        var length = 0;
        while (length < rest.Length && (char.IsLetterOrDigit(rest[length]) || rest[length] == '_'))
        {
            length++;
        }
        var word = rest[..length];
        rest = rest[length..];
        return word;
    }

    private static void Expect(char sign, ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        if (rest.IsEmpty || rest[0] != sign)
        {
            throw new FormatException($"'{sign}' is missing before '{rest}'.");
        }
        rest = rest[1..];
    }

    private static TypeProto Of(int kind) => new() { TypeKind = kind };
}
