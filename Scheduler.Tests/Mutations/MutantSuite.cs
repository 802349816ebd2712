using System.Security;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Scheduler.Tests.Mutations;

/// <summary>Runs chosen tests of this assembly in this process, as often as asked.</summary>
internal sealed class MutantSuite
{
    private readonly NUnitTestAssemblyRunner untilFailure = Loaded(stopsOnError: true);
    private readonly NUnitTestAssemblyRunner throughout = Loaded(stopsOnError: false);

    /// <summary>The full name of a test of these that fails; null if all pass.</summary>
    public string? FirstFailure(IEnumerable<string> tests) => Failures(untilFailure, "test", tests).FirstOrDefault();

    /// <summary>The full names of all tests of these classes that fail.</summary>
    public IReadOnlyList<string> FailuresOf(IEnumerable<string> classes) => Failures(throughout, "class", classes);

    private static List<string> Failures(NUnitTestAssemblyRunner runner, string kind, IEnumerable<string> names)
    {
        var listener = new FailureListener();
        var any = string.Concat(names.Select(name => $"<{kind}>{SecurityElement.Escape(name)}</{kind}>"));
        _ = runner.Run(listener, TestFilter.FromXml($"<filter><or>{any}</or></filter>"));
        return listener.Failed;
    }

    private static NUnitTestAssemblyRunner Loaded(bool stopsOnError)
    {
        var runner = new NUnitTestAssemblyRunner(new DefaultTestAssemblyBuilder());
        runner.Load(
            typeof(MutantSuite).Assembly,
            new Dictionary<string, object> { ["StopOnError"] = stopsOnError, ["NumberOfTestWorkers"] = 2 }
        );
        return runner;
    }

    private sealed class FailureListener : ITestListener
    {
        private readonly Lock turn = new();

        public List<string> Failed { get; } = [];

        public void TestStarted(ITest test) { }

        public void TestFinished(ITestResult result)
        {
            if (!result.HasChildren && result.ResultState.Status == TestStatus.Failed)
            {
                lock (turn)
                {
                    Failed.Add(result.FullName);
                }
            }
        }

        public void TestOutput(TestOutput output) { }

        public void SendMessage(TestMessage message) { }
    }
}
