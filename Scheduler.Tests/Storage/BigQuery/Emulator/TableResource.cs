using System.Globalization;
using System.Text.Json.Nodes;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;
using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>Tables as REST writes them: schema, partitions, clusters, keys.</summary>
internal static class TableResource
{
    /// <summary>The table of tables.insert.</summary>
    /// <exception cref="RestFailure">BigQuery would not make it, or it has what is not modelled here.</exception>
    public static SqlTable ToTable(string name, JsonObject body)
    {
        if ((bool?)body["requirePartitionFilter"] == true)
        {
            throw RestFailure.Invalid("requirePartitionFilter is not modelled here");
        }
        var table = new SqlTable(name, ToColumns(body["schema"]))
        {
            Cluster = [.. Texts(body["clustering"]?["fields"])],
            Description = (string?)body["description"],
        };
        if (body["timePartitioning"] is { } time)
        {
            table = table with { Partition = $"{(string?)time["type"]} {(string?)time["field"]}" };
        }
        // By the rules of the same table in SQL.
        var fault = TableRules.Faults(Ddl(table), table).FirstOrDefault();
        foreach (var key in Texts(body["tableConstraints"]?["primaryKey"]?["columns"]))
        {
            fault ??= table.Find(key) is null ? $"no column {key} for the primary key" : null;
        }
        return fault is null ? table : throw RestFailure.Invalid(fault);
    }

    /// <summary>What tables.patch makes of a table: more columns at the end, and REQUIRED ones that become NULLABLE.</summary>
    /// <exception cref="RestFailure">It would change or drop what is there, or add a required column.</exception>
    public static SqlTable Patched(SqlTable table, JsonObject body)
    {
        if (body.Any(part => part.Key is not ("schema" or "tableReference" or "description")))
        {
            throw RestFailure.Invalid("only schema and description are patched here");
        }
        var columns = body["schema"] is null ? table.Columns : ToColumns(body["schema"]);
        var patched = new List<SqlColumn>();
        foreach (var (nth, old) in table.Columns.Index())
        {
            var column = nth < columns.Count ? columns[nth] : null;
            if (
                column is null
                || !column.Name.Equals(old.Name, StringComparison.OrdinalIgnoreCase)
                || !column.Type.Equals(old.Type)
                || (column.IsRequired && !old.IsRequired)
            )
            {
                throw RestFailure.Invalid(
                    $"Provided Schema does not match Table {table.Name}. Field {old.Name} is missing or changed"
                );
            }
            patched.Add(old with { IsRequired = column.IsRequired });
        }
        foreach (var column in columns.Skip(table.Columns.Count))
        {
            if (TableRules.FaultOfAdded(column) is { } fault)
            {
                throw RestFailure.Invalid(fault);
            }
            if (table.Find(column.Name) is not null)
            {
                throw RestFailure.Invalid($"Field {column.Name} already exists");
            }
            patched.Add(column);
        }
        return table with { Columns = patched, Description = (string?)body["description"] ?? table.Description };
    }

    public static JsonObject Of(string project, EmulatedDataset dataset, TableState state)
    {
        var table = state.Table;
        var answer = Reference(project, dataset.Name, table.Name, "TABLE");
        answer["numRows"] = state.Rows.Count.ToString(CultureInfo.InvariantCulture);
        answer["numBytes"] = dataset.SizeOf(state).ToString(CultureInfo.InvariantCulture);
        answer["schema"] = new JsonObject
        {
            ["fields"] = new JsonArray([
                .. table.Columns.Select(column => Field(column.Name, column.Type, column.IsRequired, column.Default)),
            ]),
        };
        if (table.Description is not null)
        {
            answer["description"] = table.Description;
        }
        if (table.Partition?.Split(' ') is [var type, var field])
        {
            answer["timePartitioning"] = new JsonObject { ["type"] = type, ["field"] = field };
        }
        if (table.Cluster.Count > 0)
        {
            answer["clustering"] = new JsonObject
            {
                ["fields"] = new JsonArray([.. table.Cluster.Select(column => (JsonNode)column)]),
            };
        }
        return answer;
    }

    public static JsonObject OfView(string project, string dataset, string view, string query)
    {
        var answer = Reference(project, dataset, view, "VIEW");
        answer["view"] = new JsonObject { ["query"] = query, ["useLegacySql"] = false };
        return answer;
    }

    public static JsonObject Reference(string project, string dataset, string table, string type) =>
        new()
        {
            ["tableReference"] = new JsonObject
            {
                ["projectId"] = project,
                ["datasetId"] = dataset,
                ["tableId"] = table,
            },
            ["type"] = type,
        };

    /// <summary>A column of a schema: of a result, or of a table.</summary>
    public static JsonObject Field(string name, TypeProto type, bool isRequired = false, string? initial = null)
    {
        var isArray = type.TypeKind == SqlKind.Array;
        var field = new JsonObject
        {
            ["name"] = name,
            ["type"] = SqlTypes.LegacyName(type),
            ["mode"] =
                isArray ? "REPEATED"
                : isRequired ? "REQUIRED"
                : "NULLABLE",
        };
        if ((isArray ? type.ArrayType.ElementType : type).StructType is { } record)
        {
            field["fields"] = new JsonArray([.. record.Field.Select(part => Field(part.FieldName, part.FieldType))]);
        }
        if (initial is not null)
        {
            field["defaultValueExpression"] = initial;
        }
        return field;
    }

    private static IReadOnlyList<SqlColumn> ToColumns(JsonNode? schema)
    {
        if (schema?["fields"] is not JsonArray { Count: > 0 } fields)
        {
            throw RestFailure.Invalid("schema.fields is required");
        }
        return
        [
            .. fields.Select(field => new SqlColumn(
                NameOf(field!),
                TypeOf(field!),
                (string?)field!["mode"] == "REQUIRED",
                (string?)field["defaultValueExpression"]
            )),
        ];
    }

    private static string NameOf(JsonNode field) =>
        (string?)field["name"] is { Length: > 0 } name ? name : throw RestFailure.Invalid("a field has no name");

    private static TypeProto TypeOf(JsonNode field)
    {
        var type = (string?)field["type"];
        try
        {
            var element = type is "RECORD" or "STRUCT"
                ? SqlTypes.StructOf(field["fields"]!.AsArray().Select(part => (NameOf(part!), TypeOf(part!))))
                : SqlTypes.Parse(type ?? "");
            return (string?)field["mode"] == "REPEATED" ? SqlTypes.ArrayOf(element) : element;
        }
        catch (FormatException)
        {
            throw RestFailure.Invalid($"Invalid value for: {type} is not a valid value");
        }
    }

    private static string Ddl(SqlTable table)
    {
        var clauses = $"create table {table.Name} (a string)";
        if (table.Partition?.Split(' ') is [var type, var field])
        {
            var isDate = table.Find(field)?.Type.TypeKind == SqlKind.Date;
            clauses += $" partition by {(isDate ? "date_trunc" : "timestamp_trunc")}({field}, {type})";
        }
        return table.Cluster.Count == 0 ? clauses : $"{clauses} cluster by {string.Join(", ", table.Cluster)}";
    }

    private static IEnumerable<string> Texts(JsonNode? array) =>
        (array as JsonArray ?? []).Select(item => (string)item!);
}
