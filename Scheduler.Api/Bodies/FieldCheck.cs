using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Bodies;

/// <summary>
/// Compares a parsed body with its contract, field by field: unknown names, missing ones, nulls, values of another type, text and
/// numbers that a store cannot hold, and what the annotations of the field say.
/// </summary>
internal static class FieldCheck
{
    // Per contract, which are few and never change: a request of a thousand results asks a thousand times.
    private static readonly ConcurrentDictionary<JsonTypeInfo, FrozenDictionary<string, JsonPropertyInfo>> Known =
        new();
    private static readonly ConcurrentDictionary<JsonPropertyInfo, ValidationAttribute[]> RulesOf = new();

    public static void Check(JsonElement element, JsonTypeInfo type, string path, BodyErrors errors)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                CheckObject(element, type, path, errors);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                CheckItems(element, type, path, errors);
                break;
            case JsonTypeInfoKind.Object:
                errors.AddShape(path, "Must be an object.");
                break;
            case JsonTypeInfoKind.Enumerable:
                errors.AddShape(path, "Must be a list.");
                break;
            default:
                CheckValue(element, type.Type, path, errors);
                break;
        }
    }

    private static void CheckObject(JsonElement element, JsonTypeInfo type, string path, BodyErrors errors)
    {
        var prefix = path.Length == 0 ? "" : path + ".";
        var known = Known.GetOrAdd(type, Settable);
        foreach (var member in element.EnumerateObject())
        {
            if (!known.TryGetValue(member.Name, out var property))
            {
                errors.AddShape(prefix + Shown(member.Name), "Is not a field of this call.");
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                CheckField(member.Value, property, prefix + member.Name, errors);
            }
            else if (!property.IsSetNullable)
            {
                errors.AddShape(prefix + member.Name, "Must not be null.");
            }
        }
        foreach (var property in type.Properties)
        {
            if (property.IsRequired && !element.TryGetProperty(property.Name, out _))
            {
                errors.AddShape(prefix + property.Name, "Is required.");
            }
        }
    }

    private static void CheckField(JsonElement element, JsonPropertyInfo property, string path, BodyErrors errors)
    {
        var before = errors.Misshapen;
        Check(element, property.Options.GetTypeInfo(property.PropertyType), path, errors);
        var rules = RulesOf.GetOrAdd(property, Rules);
        if (errors.Misshapen > before || rules.Length == 0)
        {
            return;
        }
        var value = element.Deserialize(property.PropertyType, WireJson.Options);
        var context = new ValidationContext(element) { DisplayName = property.Name, MemberName = property.Name };
        foreach (var rule in rules)
        {
            if (rule.GetValidationResult(value, context) is { } fault)
            {
                errors.Add(path, Said(rule, fault));
            }
            // The framework takes every pattern to match empty text.
            else if (value is "" && rule is RegularExpressionAttribute pattern && !Regex.IsMatch("", pattern.Pattern))
            {
                errors.Add(path, pattern.FormatErrorMessage(property.Name));
            }
        }
    }

    private static ValidationAttribute[] Rules(JsonPropertyInfo property) =>
        [.. property.AttributeProvider?.GetCustomAttributes(true).OfType<ValidationAttribute>() ?? []];

    private static FrozenDictionary<string, JsonPropertyInfo> Settable(JsonTypeInfo type) =>
        type.Properties.Where(property => property.Set is not null).ToFrozenDictionary(property => property.Name);

    /// <summary>The framework's own messages repeat the field's name; ours say what would be right.</summary>
    private static string Said(ValidationAttribute rule, ValidationResult fault) =>
        rule switch
        {
            RangeAttribute { ErrorMessage: null } range => $"Must be from {range.Minimum} to {range.Maximum}.",
            EmailAddressAttribute { ErrorMessage: null } => "Must be an e-mail address.",
            _ => fault.ErrorMessage ?? "Is not valid.",
        };

    private static void CheckItems(JsonElement element, JsonTypeInfo type, string path, BodyErrors errors)
    {
        var itemType = type.Options.GetTypeInfo(type.ElementType ?? typeof(object));
        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            var place = $"{path}[{index++}]";
            if (item.ValueKind == JsonValueKind.Null)
            {
                errors.AddShape(place, "Must not be null.");
            }
            else
            {
                Check(item, itemType, place, errors);
            }
        }
    }

    private static void CheckValue(JsonElement element, Type type, string path, BodyErrors errors)
    {
        if (StorableCheck.Fault(element) is { } fault)
        {
            errors.AddShape(path, fault);
            return;
        }
        if (type == typeof(string) && element.ValueKind == JsonValueKind.String)
        {
            return;
        }
        try
        {
            _ = element.Deserialize(type, WireJson.Options);
        }
        catch (JsonException wrong)
        {
            errors.AddShape(path, Expected(Nullable.GetUnderlyingType(type) ?? type, wrong));
        }
    }

    /// <summary>Says what would be right, in the words of the wire; only the enum converter's own message does already.</summary>
    private static string Expected(Type type, JsonException wrong) =>
        type switch
        {
            { IsEnum: true } => wrong.Message,
            _ when type == typeof(string) => "Must be text.",
            _ when type == typeof(bool) => "Must be true or false.",
            _ when type == typeof(int) || type == typeof(long) => "Must be a whole number.",
            _ when type == typeof(double) || type == typeof(decimal) => "Must be a number.",
            _ when type == typeof(Instant) => "Must be a UTC time such as 2026-01-31T06:00:00Z.",
            _ when type == typeof(LocalDate) => "Must be a date such as 2026-01-31.",
            _ => "Has a wrong form.",
        };

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64] + "…";
}
