using NodeGuard.Sandbox.Faults;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Faults;

public sealed class FaultTextTests
{
    [Theory]
    [InlineData("latency=200ms")]
    [InlineData("error=429,retry-after=2,probability=0.1")]
    [InlineData("error=500,times=3,verb=create,path=/pods,agent=kubectl")]
    [InlineData("cut=5s,verb=watch,for=1m")]
    [InlineData("stale=100")]
    [InlineData("hang,path=leases")]
    [InlineData("gone,times=10")]
    public void AFaultIsReadAndWrittenAlike(string text)
    {
        Fault fault = FaultText.Parse(text, out string error).ShouldNotBeNull(error);
        error.ShouldBeEmpty();
        FaultText.Parse(FaultText.Of(fault), out _).ShouldBe(fault);
    }

    [Theory]
    [InlineData("", "''")]
    [InlineData("late=1s", "'late=1s'")]
    [InlineData("latency", "'latency'")]
    [InlineData("latency=soon", "'latency=soon'")]
    [InlineData("error=200", "'error=200'")]
    [InlineData("error=500,probability=2", "'probability=2'")]
    [InlineData("error=500,times=0", "'times=0'")]
    [InlineData("gone=1", "'gone=1'")]
    [InlineData("hang,verb=", "'verb='")]
    public void WhatIsNotUnderstoodIsNamedWithWhatIsAllowed(string text, string part)
    {
        FaultText.Parse(text, out string error).ShouldBeNull();
        error.ShouldContain(part);
        error.ShouldContain(FaultText.Allowed);
    }

    [Fact]
    public void AnyTextIsReadOrRefused()
    {
        var random = new Random(7);
        string[] parts = ["latency", "error", "cut", "gone", "=", ",", "1", "500", "ms", "s", "-", "never", "times", "for", " ", "1e9", "."];
        for (int i = 0; i < FuzzScale.Cases(5000); i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => parts[random.Next(parts.Length)]));
            Fault? fault = FaultText.Parse(text, out string error);
            (fault is null).ShouldBe(error.Length > 0, text);
        }
    }
}
