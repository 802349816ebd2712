namespace Scheduler.Tests.Api;

/// <summary>Text as an attacker would write it: quotes, ends of statements, other names, paths, look-alikes, control characters.</summary>
internal static class HostileText
{
    private static readonly string[] Cores =
    [
        "'",
        "\"",
        "`",
        "';--",
        "' or '1'='1",
        "'; drop table customer_profiles; --",
        "`.`x",
        "acme`; select 1; --",
        "acme.cost_daily",
        "globex",
        "..",
        "../globex",
        "..\\globex",
        "/etc/passwd",
        "%2e%2e%2f",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "<script>alert(1)</script>",
        "\u0000",
        "a\u0000b",
        "\u202Eemca",
        "аcme",
        "acme\u200B",
        "ＡＣＭＥ",
        "ß",
        "İ",
        "\uFEFFacme",
        "acme\n",
        "\r\nX-Admin-Key: x",
        "@daily; rm -rf",
        "information_schema",
        "pg_catalog",
        "main",
        "temp",
        "system",
        "customers",
        "_private",
        "scheduler_runs",
        "null",
        "undefined",
        "[]",
        "{}",
        "0x41",
        "1e309",
        "-1",
        "\\",
        "%",
        "_",
        "*",
        "?",
    ];

    /// <summary>At least two hundred, each by itself, and before, after and inside an ordinary name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Cores
            .SelectMany(core => new[] { core, core + "acme", "acme" + core, "ac" + core + "me" })
            .Append(new string('a', 10_000))
            .Append(new string('\'', 500))
            .Distinct(StringComparer.Ordinal),
    ];
}
