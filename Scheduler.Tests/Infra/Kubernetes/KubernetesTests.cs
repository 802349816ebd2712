using System.Diagnostics;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Execution;
using Scheduler.Tests.Support;
using YamlDotNet.Serialization;

namespace Scheduler.Tests.Infra.Kubernetes;

/// <summary>The manifests, judged by the schemas that Kubernetes and KEDA publish.</summary>
public sealed class KubernetesTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "infra/kubernetes");

    private static readonly IDeserializer Yaml = new DeserializerBuilder()
        .WithAttemptingUnquotedStringTypeDeserialization()
        .Build();

    [Test]
    public async Task Every_object_is_one_that_the_schemas_know()
    {
        var objects = Objects().ToList();

        Assert.That(objects, Has.Count.GreaterThan(12), "the look for manifests has gone blind");
        Assert.That(await FaultsAsync(objects), Is.Empty);
    }

    [TestCase("api.yaml", "containerPort: 8080", "containerPorts: 8080", "must have required property containerPort")]
    [TestCase("api.yaml", "failureThreshold: 300", "failureThresholds: 300", "/failureThresholds is unknown")]
    [TestCase(
        "worker.yaml",
        "terminationGracePeriodSeconds: 15",
        "terminationGracePeriodSeconds: soon",
        "must be integer"
    )]
    [TestCase("autoscaling.yaml", "minReplicaCount: 3", "minReplicas: 3", "/spec/minReplicas is unknown")]
    [TestCase("autoscaling.yaml", "kind: ScaledObject", "kind: ScaledThing", "has no ScaledThing")]
    public async Task A_mistake_is_found(string file, string before, string after, string complaint)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));
        Assert.That(text, Does.Contain(before), $"{file} has changed: plant something else.");

        var faults = await FaultsAsync(Read(text.Replace(before, after, StringComparison.Ordinal)));

        Assert.That(faults, Has.Some.Contains(complaint));
    }

    [Test]
    public async Task Kustomize_puts_them_together()
    {
        (int ExitCode, string Said) built;
        try
        {
            built = await RunAsync("kubectl", "kustomize", Folder);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("kubectl is not installed.");
            return;
        }

        Assert.That(built.ExitCode, Is.Zero, built.Said);
        Assert.That(Read(built.Said).Count(), Is.EqualTo(Objects().Count()));
    }

    [Test]
    public void Pods_are_given_the_time_that_their_drain_takes_and_run_as_nobody_on_a_disk_they_cannot_write()
    {
        foreach (var deployment in Objects().Where(thing => Word(thing, "kind") == "Deployment"))
        {
            var pod = deployment.GetProperty("spec").GetProperty("template").GetProperty("spec");
            var container = pod.GetProperty("containers")[0];
            using (Assert.EnterMultipleScope())
            {
                Assert.That(
                    pod.GetProperty("terminationGracePeriodSeconds").GetInt32(),
                    Is.GreaterThan(WorkerLoopOptions.DefaultDrainGrace.TotalSeconds + 5)
                );
                Assert.That(pod.GetProperty("securityContext").GetProperty("runAsNonRoot").GetBoolean(), Is.True);
                Assert.That(
                    container.GetProperty("securityContext").GetProperty("readOnlyRootFilesystem").GetBoolean(),
                    Is.True
                );
            }
        }
    }

    [Test]
    public void Workers_are_as_many_as_the_api_is_told_that_there_may_be()
    {
        var spec = Objects().Single(thing => Word(thing, "kind") == "ScaledObject").GetProperty("spec");
        var settings = Objects()
            .Single(thing => Word(thing, "kind") == "ConfigMap" && Name(thing) == "scheduler-api")
            .GetProperty("data");

        Assert.That($"{spec.GetProperty("minReplicaCount")}", Is.EqualTo(Word(settings, "Scheduler__Workers__Min")));
        Assert.That($"{spec.GetProperty("maxReplicaCount")}", Is.EqualTo(Word(settings, "Scheduler__Workers__Max")));
    }

    private static IEnumerable<JsonElement> Objects() =>
        Directory
            .EnumerateFiles(Folder, "*.yaml")
            .Where(file => Path.GetFileName(file) != "kustomization.yaml")
            .Order(StringComparer.Ordinal)
            .SelectMany(file => Read(File.ReadAllText(file)));

    private static IEnumerable<JsonElement> Read(string text) =>
        text.Split("\n---\n").Select(document => JsonSerializer.SerializeToElement(Yaml.Deserialize<object>(document)));

    private static Task<string[]> FaultsAsync(IEnumerable<JsonElement> objects) =>
        NodeScript.FaultsAsync("Kubernetes/validate.mjs", "kubernetes-models", JsonSerializer.Serialize(objects));

    private static async Task<(int ExitCode, string Said)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var run = Process.Start(start)!;
        var error = run.StandardError.ReadToEndAsync();
        var said = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        return (run.ExitCode, said + await error);
    }

    private static string Name(JsonElement thing) => Word(thing.GetProperty("metadata"), "name");

    private static string Word(JsonElement thing, string field) => thing.GetProperty(field).GetString()!;
}
