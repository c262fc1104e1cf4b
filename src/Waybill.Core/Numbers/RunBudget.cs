namespace Waybill.Core.Numbers;

/// <summary>What one search for free numbers in a row may still cost.</summary>
internal sealed class RunBudget
{
    /// <summary>Steps in the index.</summary>
    public int Steps { get; private set; } = NumberLimits.Steps;

    /// <summary>Numbers that are read.</summary>
    public int Rows { get; private set; } = NumberLimits.RunRows;

    /// <summary>Begins a step that reads so many numbers at most; false when that is too much.</summary>
    public bool TryStep(int rows)
    {
        if (Steps == 0 || Rows < rows)
        {
            return false;
        }

        Steps--;
        return true;
    }

    /// <summary>So many numbers were read.</summary>
    public void Spend(int rows) => Rows -= rows;
}
