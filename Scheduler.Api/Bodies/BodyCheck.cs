using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Bodies;

/// <summary>
/// Parses a body and gathers everything that is wrong with it, where a deserializer stops at the first fault: shape and
/// annotations field by field, then what concerns several fields.
/// </summary>
internal static class BodyCheck
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>True for a contract without required fields.</summary>
    public static bool MayBeAbsent(Type type) => !TypeInfo(type).Properties.Any(property => property.IsRequired);

    /// <summary>The value when there are no errors, else null.</summary>
    public static (T? Value, IReadOnlyDictionary<string, IReadOnlyList<string>> Errors) Parse<T>(
        ReadOnlyMemory<byte> json
    )
        where T : class
    {
        var errors = new BodyErrors();
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            FieldCheck.Check(document.RootElement, TypeInfo(typeof(T)), "", errors);
            var value = errors.Misshapen == 0 ? document.RootElement.Deserialize<T>(WireJson.Options) : null;
            if (value is not null)
            {
                ValidateTogether(value, "", errors);
            }
            return (errors.Fields.Count == 0 ? value : null, errors.Fields);
        }
        catch (JsonException wrong)
        {
            errors.AddShape("", json.IsEmpty ? Missing(TypeInfo(typeof(T))) : Malformed(wrong));
            return (null, errors.Fields);
        }
        catch (InvalidOperationException)
        {
            // The parser's answer to an escaped half of a surrogate pair in a name.
            errors.AddShape("", "Must be valid Unicode; a name has half a surrogate pair.");
            return (null, errors.Fields);
        }
    }

    private static string Missing(JsonTypeInfo type) =>
        $"Is missing; send a JSON object with {string.Join(", ", type.Properties.Where(property => property.IsRequired).Select(property => property.Name))}.";

    private static string Malformed(JsonException wrong)
    {
        var place = wrong is { LineNumber: { } line, BytePositionInLine: { } position }
            ? $" It goes wrong at line {line + 1}, byte {position + 1}."
            : "";
        return $"Must be a JSON object in UTF-8, at most {Strict.MaxDepth} levels deep, no name twice.{place}";
    }

    /// <summary>Rules over several fields, of the contract and of those within it.</summary>
    private static void ValidateTogether(object value, string path, BodyErrors errors)
    {
        foreach (var fault in (value as IValidatableObject)?.Validate(new ValidationContext(value)) ?? [])
        {
            var member = fault.MemberNames.FirstOrDefault() is { } named
                ? JsonNamingPolicy.SnakeCaseLower.ConvertName(named)
                : "";
            errors.Add(path + member, fault.ErrorMessage ?? "Is not valid.");
        }
        foreach (var property in TypeInfo(value.GetType()).Properties)
        {
            ValidateWithin(property.Get?.Invoke(value), path + property.Name, errors);
        }
    }

    /// <summary>Goes into nested contracts and lists of them.</summary>
    private static void ValidateWithin(object? field, string name, BodyErrors errors)
    {
        if (field is System.Collections.IList list)
        {
            for (var index = 0; index < list.Count; index++)
            {
                ValidateWithin(list[index], $"{name}[{index}]", errors);
            }
        }
        else if (field is not null && TypeInfo(field.GetType()).Kind == JsonTypeInfoKind.Object)
        {
            ValidateTogether(field, name + ".", errors);
        }
    }

    private static JsonTypeInfo TypeInfo(Type type) => WireJson.Options.GetTypeInfo(type);
}
