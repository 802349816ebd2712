using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NodaTime.Text;
using Scheduler.Core.Net;
using Scheduler.Core.Pipelines.Files;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Reads one value by its parameter's kind: from a customer's JSON or from a template's text.</summary>
public static partial class ParameterValue
{
    /// <summary>Null when the value fits, else what would be right.</summary>
    public static string? TryRead(TemplateParameter parameter, JsonElement json, out object? value)
    {
        value = null;
        var expected = parameter.Kind switch
        {
            ParameterKind.Int => JsonValueKind.Number,
            ParameterKind.Decimal => JsonValueKind.Number,
            ParameterKind.Bool => json.ValueKind == JsonValueKind.False ? JsonValueKind.False : JsonValueKind.True,
            _ => JsonValueKind.String,
        };
        return json.ValueKind == expected
            ? TryParse(parameter, json.ToString(), out value)
            : $"must be {Wanted(parameter)}";
    }

    /// <summary>Null when the text fits, else what would be right.</summary>
    public static string? TryParse(TemplateParameter parameter, string text, out object? value)
    {
        if (parameter.Kind == ParameterKind.Url)
        {
            var refusal = OutboundUrl.TryParse(text, out var url);
            value = url;
            return refusal;
        }
        value = Convert(parameter, text);
        return value is null ? $"must be {Wanted(parameter)}" : null;
    }

    private static object? Convert(TemplateParameter parameter, string text) =>
        parameter.Kind switch
        {
            ParameterKind.Int => long.TryParse(text, NumberStyles.AllowLeadingSign, Invariant, out var number)
            && IsInRange(parameter, number)
                ? number
                : null,
            ParameterKind.Decimal => decimal.TryParse(text, DecimalStyle, Invariant, out var number)
            && IsInRange(parameter, number)
                ? number
                : null,
            ParameterKind.Bool => bool.TryParse(text, out var flag) ? flag : null,
            ParameterKind.Enum => parameter.Values.FirstOrDefault(word =>
                string.Equals(word, text, StringComparison.OrdinalIgnoreCase)
            ),
            ParameterKind.Date => LocalDatePattern.Iso.Parse(text) is { Success: true } day ? day.Value : null,
            ParameterKind.Path => RelativePath.Refusal(text) is null ? text : null,
            ParameterKind.Identifier => Identifier().IsMatch(text) ? text : null,
            ParameterKind.GcpProject => GcpProject().IsMatch(text) ? text : null,
            ParameterKind.BigqueryTable => BigqueryTable().IsMatch(text) ? text : null,
            ParameterKind.AzureScope => AzureScope().IsMatch(text) ? text : null,
            _ => text.Length > 0 && text.Length <= parameter.MaxLength && !text.Any(char.IsControl) ? text : null,
        };

    private static bool IsInRange(TemplateParameter parameter, decimal number) =>
        number >= (parameter.Min ?? decimal.MinValue) && number <= (parameter.Max ?? decimal.MaxValue);

    private static string Wanted(TemplateParameter parameter) =>
        parameter.Kind switch
        {
            ParameterKind.Int => $"a whole number{Range(parameter)}",
            ParameterKind.Decimal => $"a number{Range(parameter)}",
            ParameterKind.Bool => "true or false",
            ParameterKind.Enum => $"one of {string.Join(", ", parameter.Values)}",
            ParameterKind.Date => "a day such as 2026-01-31",
            ParameterKind.Path =>
                "a relative path such as exports/costs.csv, without '..', '~', backslashes or a scheme",
            ParameterKind.Url => "a URL such as https://exports.example.com/costs.csv",
            ParameterKind.Identifier => "a letter or underscore, then letters, digits or underscores, at most 128",
            ParameterKind.GcpProject => "a Google Cloud project id",
            ParameterKind.BigqueryTable => "a table as project.dataset.table",
            ParameterKind.AzureScope =>
                "a scope such as subscriptions/{id}, providers/Microsoft.Management/managementGroups/{id} or providers/Microsoft.Billing/billingAccounts/{id}",
            _ => $"a text of 1 to {parameter.MaxLength} characters without control characters",
        };

    private static string Range(TemplateParameter parameter) =>
        (parameter.Min, parameter.Max) switch
        {
            ({ } min, { } max) => string.Create(Invariant, $" from {min} to {max}"),
            ({ } min, null) => string.Create(Invariant, $" of at least {min}"),
            (null, { } max) => string.Create(Invariant, $" of at most {max}"),
            _ => "",
        };

    private const NumberStyles DecimalStyle =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}\z")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{4,28}[a-z0-9]\z")]
    private static partial Regex GcpProject();

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{4,28}[a-z0-9]\.[A-Za-z0-9_]{1,1024}\.[A-Za-z0-9_]{1,1024}\z")]
    private static partial Regex BigqueryTable();

    // No dots alone, no slashes beyond those of the form: the scope becomes a path.
    [GeneratedRegex(
        @"\A(subscriptions/[0-9A-Fa-f-]{36}(/resourceGroups/[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-])?"
            + @"|providers/Microsoft\.Management/managementGroups/[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]"
            + @"|providers/Microsoft\.Billing/billingAccounts/[A-Za-z0-9_:-]{1,128}"
            + @"(/(billingProfiles|departments|enrollmentAccounts|invoiceSections)/[A-Za-z0-9_:-]{1,128}){0,2})\z"
    )]
    private static partial Regex AzureScope();
}
